using EdgeOrleans.Grains.Collections;

namespace EdgeOrleans.Grains.Catalog;

/// <summary>How the catalog reaches collections: by grain calls in production, directly in the simulator. See <see cref="ICollectionControl"/>.</summary>
internal interface ICollections
{
    Task<VersionAnswer> Fence(string collectionKey, long atLeast);

    Task<ClearAnswer> Clear(string collectionKey, long bound);

    Task<CollectionInfo> Info(string collectionKey);

    /// <summary>Reads the catalog's own collection.</summary>
    Task<SystemEntries> ReadSystem();

    /// <summary>Writes to the catalog's own collection.</summary>
    Task<WriteResult[]> ApplySystem(WriteBatch batch, bool reclaims);
}
