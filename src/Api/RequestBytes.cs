namespace EdgeOrleans.Api;

/// <summary>The bytes of request bodies held at this moment, in all requests together. What is taken must be given back.</summary>
internal sealed class RequestBytes(long max)
{
    private long _inFlight;

    public long InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Takes bytes out of the allowance.</summary>
    /// <returns><see langword="false"/>, with nothing taken, when so many are not left.</returns>
    public bool TryTake(int bytes)
    {
        if (Interlocked.Add(ref _inFlight, bytes) <= max)
        {
            return true;
        }

        Return(bytes);
        return false;
    }

    public void Return(int bytes) => Interlocked.Add(ref _inFlight, -bytes);
}
