namespace EdgeOrleans.Load.Flash;

/// <summary>Something that keeps values on a disk, each durable when its set has returned.</summary>
internal interface IStore : IAsyncDisposable
{
    /// <summary>Sets a key; several may be under way at a time, each by a worker of its own.</summary>
    ValueTask Set(int worker, string key, string json);
}
