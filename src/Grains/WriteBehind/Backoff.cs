namespace EdgeOrleans.Grains.WriteBehind;

/// <summary>
/// When a storage that failed is tried again: after twice as long each time up to a bound, for ever, spread at random so that many
/// devices do not come back to one site in step.
/// </summary>
internal sealed class Backoff(TimeProvider time, Random random)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(500);

    // A person who has mended the storage should not have to wait longer than this to see it work.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private long _failures;
    private long _failedAt;
    private TimeSpan _wait;

    /// <summary>Whether the last try failed.</summary>
    public bool IsFailing => _failures > 0;

    /// <summary>Whether it is too early to try again.</summary>
    public bool IsWaiting => IsFailing && time.GetElapsedTime(_failedAt) < _wait;

    /// <summary>How long it is too early yet.</summary>
    public TimeSpan Left => IsWaiting ? _wait - time.GetElapsedTime(_failedAt) : TimeSpan.Zero;

    public void Failed()
    {
        var bound = Math.Min(Longest.Ticks, First.Ticks << (int)Math.Min(_failures, 10));
        _wait = TimeSpan.FromTicks(bound / 2 + random.NextInt64(bound / 2));
        _failedAt = time.GetTimestamp();
        _failures++;
    }

    public void Succeeded() => _failures = 0;

    /// <summary>Lets the next try happen at once.</summary>
    public void Skip() => _wait = TimeSpan.Zero;
}
