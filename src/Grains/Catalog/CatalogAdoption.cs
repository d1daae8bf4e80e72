using System.Text;
using EdgeOrleans.Grains.Collections;
using EdgeOrleans.Grains.Entries;
using EdgeOrleans.Grains.WriteBehind;

namespace EdgeOrleans.Grains.Catalog;

/// <summary>
/// Lists in the catalog what is stored and not listed. Each collection is mirrored for itself, so the catalog of a mirror may be older
/// than its collections; and a collection that is not listed is not looked for in storage.
/// </summary>
public static class CatalogAdoption
{
    /// <summary>Completes the catalog of a storage that no process serves from.</summary>
    /// <returns>How many collections with entries there are.</returns>
    /// <exception cref="IOException">The catalog could not be written.</exception>
    /// <exception cref="StateDamagedException">A row cannot be understood.</exception>
    public static async Task<int> Run(WriteBehindTarget storage, TimeProvider clock, CancellationToken ct)
    {
        var loader = new CollectionLoader(storage);
        var catalog = await loader.Load(Collection.SystemKey, ct);
        var listed = new HashSet<string>();
        foreach (var entry in catalog.Entries)
        {
            if (CatalogRecord.TryReadListed(Encoding.UTF8.GetString(entry.Key), out var key))
            {
                listed.Add(key);
            }
        }

        var filled = 0;
        var missing = new List<string>();
        foreach (var key in (await storage.Rows.ListSaved(ct)).Keys)
        {
            if (key != Collection.SystemKey && (await loader.LoadOutline(key, ct)).Count > 0)
            {
                filled++;
                if (!listed.Contains(key))
                {
                    missing.Add(key);
                }
            }
        }

        if (missing.Count > 0)
        {
            await List(storage, catalog, missing, clock, ct);
        }

        return filled;
    }

    private static async Task List(WriteBehindTarget storage, LoadedCollection catalog, List<string> keys, TimeProvider clock, CancellationToken ct)
    {
        var outline = catalog.Outline;
        var entries = new CollectionEntries();
        foreach (var entry in catalog.Entries)
        {
            entries.Restore(entry);
        }

        entries.Restored(outline.Sequence, outline.LastVersion, catalog.Tombstones, outline.TombstoneFloor);
        var now = (clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        foreach (var key in keys)
        {
            var listed = CatalogRecord.Listed(key);
            entries.Stage(
                StoredEntry.Create(Encoding.UTF8.GetBytes(listed.Key), listed.Value.Span, entries.Sequence + 1, entries.NextVersion(now), 0), replacedBytes: 0);
        }

        entries.Accept(entries.Sequence);
        entries.Settle(entries.Sequence);
        var saver = new CollectionSaver(Collection.SystemKey, Guid.NewGuid().ToString("N"), storage, outline.State, outline.Sequence);
        var result = await saver.Save(entries.Freeze(), ct);
        saver.Stop();
        if (result.Outcome != SaveOutcome.Saved)
        {
            throw new IOException($"The catalog could not be completed: {result.Message}");
        }
    }
}
