using EdgeOrleans.Grains.Collections;
using EdgeOrleans.Grains.WriteBehind;
using Microsoft.Extensions.Logging;

namespace EdgeOrleans.Grains.Durability;

/// <summary>
/// Knows whether the cluster's storage answers. From the first failure on, or when it has answered nobody for a second although asked,
/// nothing is asked of it but one small question at a time, until that is answered: so that callers are told at once instead of queueing.
/// After a write that failed the question is a write too, because a storage may be well enough to be read alone.
/// </summary>
/// <param name="rows">The storage itself.</param>
/// <param name="clock">For waiting.</param>
/// <param name="scheduler">Where the questions are asked.</param>
/// <param name="logger">Told when it begins to fail and when it is over.</param>
internal sealed partial class StorageBreaker(IStateRows rows, TimeProvider clock, TaskScheduler scheduler, ILogger logger)
{
    /// <summary>How long a storage that works may take to answer anybody at all.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    // What comes and goes every second must not fill a log.
    private static readonly TimeSpan LinesEvery = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private TaskCompletionSource _opened = new();
    private TaskCompletionSource _closed = new();
    private string? _fault;
    private long _answeredAt = clock.GetTimestamp();
    private long _openings;
    private bool _hasFailedToWrite;
    private bool _isTold;
    private long? _toldAt;
    private long? _refusalToldAt;

    /// <summary>Why the storage is not asked, as a sentence; <see langword="null"/> while it is.</summary>
    public string? Fault => Volatile.Read(ref _fault);

    /// <summary>How often it has opened.</summary>
    public long Openings => Volatile.Read(ref _openings);

    /// <summary>Ends when the storage ceases to answer; at once while it does not.</summary>
    public Task Opened
    {
        get
        {
            lock (_gate)
            {
                return _fault is null ? _opened.Task : Task.CompletedTask;
            }
        }
    }

    /// <summary>Ends when the storage answers again; at once while it does.</summary>
    public Task Closed
    {
        get
        {
            lock (_gate)
            {
                return _fault is null ? Task.CompletedTask : _closed.Task;
            }
        }
    }

    /// <summary>The storage has answered somebody.</summary>
    public void Answered() => Volatile.Write(ref _answeredAt, clock.GetTimestamp());

    /// <summary>How much longer a call that waits since a moment waits for an answer to anybody; not above zero when that is over.</summary>
    public TimeSpan PatienceLeft(long since) => Patience - clock.GetElapsedTime(Math.Max(since, Volatile.Read(ref _answeredAt)));

    /// <summary>The storage has answered nobody for so long although it was asked.</summary>
    public void GiveUp() => Failed($"it has answered nothing for {Patience.TotalSeconds:F0} s", isWrite: false);

    /// <summary>The storage has answered, and does not take or give one row.</summary>
    public void Refused(string fault)
    {
        Answered();
        lock (_gate)
        {
            if (!IsDue(_refusalToldAt))
            {
                return;
            }

            _refusalToldAt = clock.GetTimestamp();
        }

        LogRefused(logger, fault);
    }

    /// <summary>A call failed.</summary>
    /// <param name="fault">How, as the storage says it.</param>
    /// <param name="isWrite">Whether it was a write.</param>
    public void Failed(string fault, bool isWrite)
    {
        TaskCompletionSource opened;
        bool isTold;
        lock (_gate)
        {
            _hasFailedToWrite |= isWrite;
            if (_fault is not null)
            {
                return;
            }

            _fault = fault;
            _openings++;
            _closed = new();
            opened = _opened;
            isTold = TryTell();
        }

        // Before all else: without it what has opened stays open.
        _ = Task.Factory.StartNew(Ask, CancellationToken.None, TaskCreationOptions.DenyChildAttach, scheduler).Unwrap();
        opened.SetResult();
        if (isTold)
        {
            LogAway(logger, fault);
        }
    }

    private async Task Ask()
    {
        var since = clock.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                TellLate();
                await rows.Read(Collection.SystemKey, RowName.Head, CancellationToken.None);
                if (Volatile.Read(ref _hasFailedToWrite))
                {
                    await rows.ProveWritable(CancellationToken.None);
                }

                Answered();
                if (Close())
                {
                    LogBack(logger, clock.GetElapsedTime(since).TotalSeconds);
                }

                return;
            }
            catch (Exception fault)
            {
                Volatile.Write(ref _fault, fault.Message);
            }

            await Task.Delay(pause, clock);
        }
    }

    /// <summary>At most once for each time that it opens, and once a minute. Under the lock.</summary>
    private bool TryTell()
    {
        if (_isTold || !IsDue(_toldAt))
        {
            return false;
        }

        (_isTold, _toldAt) = (true, clock.GetTimestamp());
        return true;
    }

    /// <summary>Tells of it when it was too soon for that as it opened.</summary>
    private void TellLate()
    {
        string fault;
        lock (_gate)
        {
            if (!TryTell())
            {
                return;
            }

            fault = _fault!;
        }

        LogAway(logger, fault);
    }

    private bool IsDue(long? toldAt) => toldAt is not { } at || clock.GetElapsedTime(at) >= LinesEvery;

    /// <returns>Whether anybody was told that it had opened.</returns>
    private bool Close()
    {
        TaskCompletionSource closed;
        bool wasTold;
        lock (_gate)
        {
            _fault = null;
            _hasFailedToWrite = false;
            (wasTold, _isTold) = (_isTold, false);
            _opened = new();
            closed = _closed;
        }

        closed.SetResult();
        return wasTold;
    }

    [LoggerMessage(1, LogLevel.Warning, "The storage does not answer; writes are refused until it does: {Fault}")]
    private static partial void LogAway(ILogger logger, string fault);

    [LoggerMessage(2, LogLevel.Information, "The storage answers again, after {Seconds:F1} s")]
    private static partial void LogBack(ILogger logger, double seconds);

    [LoggerMessage(3, LogLevel.Warning, "The storage refuses a row, and its collection is not served until it is taken: {Fault}")]
    private static partial void LogRefused(ILogger logger, string fault);
}
