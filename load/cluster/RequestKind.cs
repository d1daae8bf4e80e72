namespace EdgeOrleans.Load.Cluster;

/// <summary>What is asked for.</summary>
internal enum RequestKind
{
    /// <summary>A read of one key from the memory of the silo that holds it.</summary>
    Get,

    /// <summary>The same, with a look at the head in storage.</summary>
    StrongGet,

    /// <summary>A write of one key.</summary>
    Set,
}
