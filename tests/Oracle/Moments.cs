namespace EdgeOrleans.Oracle;

/// <summary>
/// Numbers that say what came before what across threads: taken before a request is sent and after its answer was read,
/// so of two requests the one that ended at a lower number than the other began at was over before it.
/// </summary>
internal sealed class Moments
{
    private long _last;

    public long Next() => Interlocked.Increment(ref _last);
}
