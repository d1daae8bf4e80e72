namespace EdgeOrleans.Grains.Catalog;

/// <summary>A collection that is about to be taken off the list.</summary>
internal sealed class Deletion(long bound)
{
    /// <summary>What has at most this version goes.</summary>
    public long Bound { get; set; } = bound;

    /// <summary>It was registered again since, so it stays listed.</summary>
    public bool IsKept { get; set; }
}
