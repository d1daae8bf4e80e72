using System.Diagnostics.Metrics;

namespace EdgeOrleans.Silo.Cluster;

/// <summary>
/// Knows when this member last heard of its cluster: by reading the table of members, or by a probe of another member. The others give a
/// silent member up after some six seconds and serve its collections themselves, so after that time it must not answer.
/// </summary>
internal sealed class MembershipWatch : IClusterMember, IDisposable
{
    private const string Meter = "Microsoft.Orleans";
    private const string ProbesReceived = "orleans-messaging-pings-received";

    // MaxProbeTimeout times NumMissedProbesLimit: see ClusterSilo.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(6);

    // Members that hear each other and not the table are given up by those who read it once their last sign of life there, which may have
    // been ten seconds old, is thirty seconds old.
    private static readonly TimeSpan TableLimit = TimeSpan.FromSeconds(15);

    // Orleans reads it every two seconds.
    private static readonly TimeSpan ReadInterval = TimeSpan.FromSeconds(3);

    // Once may be a read from before the entry was made.
    private const int MissesToBeForgotten = 2;

    private readonly MeterListener _listener = new();
    private readonly TaskCompletionSource _forgotten = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationToken _stopping;
    private readonly TimeProvider _time;
    private long _heardAt;
    private long _readAt;
    private bool _wasThere;
    private int _misses;

    /// <param name="time">For the time since.</param>
    /// <param name="stopping">Whether the service was asked to stop.</param>
    public MembershipWatch(TimeProvider time, CancellationToken stopping)
    {
        (_time, _stopping) = (time, stopping);

        // What answers a probe is Orleans' own; its counter is all that shows of it.
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument is { Meter.Name: Meter, Name: ProbesReceived })
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<int>((_, _, _, _) => Probed());
        _listener.SetMeasurementEventCallback<long>((_, _, _, _) => Probed());
        _listener.Start();
    }

    /// <inheritdoc/>
    public string? Isolation
    {
        get
        {
            // Before the first look at the table nobody else can know of this member.
            var heardAt = Volatile.Read(ref _heardAt);
            return heardAt != 0 && _time.GetElapsedTime(heardAt) is var silence && silence > Limit
                ? $"This member has neither read its cluster's table nor heard of another member for {silence.TotalSeconds:F0} s, so others may serve its collections by now."
                : null;
        }
    }

    /// <inheritdoc/>
    public bool IsInDoubt => IsReadOlderThan(TableLimit);

    /// <summary>Whether the table was not read when it should have been.</summary>
    public bool IsReadDue => IsReadOlderThan(ReadInterval);

    /// <summary>Why requests should not be sent here, as a sentence; <see langword="null"/> when they should.</summary>
    public string? Fault => _stopping.IsCancellationRequested ? "This member is leaving its cluster: it was asked to stop." : Isolation;

    /// <summary>Ends when Redis turns out to have lost this member's entry.</summary>
    public Task Forgotten => _forgotten.Task;

    /// <summary>The time, for <see cref="TableRead"/>.</summary>
    public long Moment => _time.GetTimestamp();

    /// <summary>The table of members was read.</summary>
    /// <param name="askedAt">The <see cref="Moment"/> at which it was asked for: of a process that was stopped meanwhile, that may be long ago.</param>
    /// <param name="hasOwnEntry">Whether this member is in it.</param>
    public void TableRead(long askedAt, bool hasOwnEntry)
    {
        Heard(askedAt);
        Volatile.Write(ref _readAt, Math.Max(askedAt, Volatile.Read(ref _readAt)));
        _wasThere |= hasOwnEntry;
        _misses = hasOwnEntry ? 0 : _misses + 1;
        if (_wasThere && _misses >= MissesToBeForgotten)
        {
            _forgotten.TrySetResult();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    /// <summary>
    /// A probe that comes after the limit may have been sent before it, and have waited in the socket of a process that was stopped. Then the
    /// table alone tells how this member stands.
    /// </summary>
    private void Probed()
    {
        if (Isolation is null)
        {
            Heard(Moment);
        }
    }

    private bool IsReadOlderThan(TimeSpan limit) => Volatile.Read(ref _readAt) is not 0 and var readAt && _time.GetElapsedTime(readAt) > limit;

    private void Heard(long at) => Volatile.Write(ref _heardAt, Math.Max(at, Volatile.Read(ref _heardAt)));
}
