namespace EdgeOrleans.Grains.Collections;

/// <summary>How a collection reaches the catalog: by grain calls in production, directly in the simulator.</summary>
internal interface IRegistry
{
    /// <summary>What the catalog knows of a collection.</summary>
    Task<Standing> Find(string collectionKey);

    /// <summary>Lists a collection, durably, before its first write.</summary>
    /// <returns>Why not; <see langword="null"/> when it is listed.</returns>
    Task<Refusal?> Register(string collectionKey);
}

/// <summary>What the catalog knows of a collection.</summary>
[GenerateSerializer, Immutable, Alias("EdgeOrleans.Standing")]
internal sealed class Standing(Refusal? refusal, bool isListed, long clearedThrough, bool isClearing)
{
    /// <summary>Why the catalog cannot answer; <see langword="null"/> when it does.</summary>
    [Id(0)]
    public Refusal? Refusal { get; } = refusal;

    /// <summary>Whether the collection is listed.</summary>
    [Id(1)]
    public bool IsListed { get; } = isListed;

    /// <summary>A delete under way will remove what has at most this version, so no new write may get one; 0 for none.</summary>
    [Id(2)]
    public long ClearedThrough { get; } = clearedThrough;

    /// <summary>Whether that delete is written down, so that it will be carried out whatever happens: what it removes must not be shown.</summary>
    [Id(3)]
    public bool IsClearing { get; } = isClearing;
}
