using EdgeOrleans.Grains.Collections;
using EdgeOrleans.Grains.Entries;
using EdgeOrleans.Grains.Time;
using EdgeOrleans.Grains.WriteBehind;
using EdgeOrleans.Journal;

namespace EdgeOrleans.Grains.Durability;

/// <summary>
/// A device: writes are durable in the journal, and a collection is the rows at the primary target, then what the journal has that they
/// lack. Reading and building happen on <paramref name="scheduler"/>, never in a grain's turn.
/// </summary>
internal sealed class JournalDurability(
    FlashJournal journal, CollectionLoader loader, ServiceClock clock, TaskScheduler scheduler, DamageReport damage) : IDurability
{
    // A flush takes a fraction of a millisecond to some tens of them, and only an activation right after another meets one here.
    private static readonly TimeSpan FlushPollInterval = TimeSpan.FromMilliseconds(2);

    /// <inheritdoc/>
    public ICommits CommitsOf(string key, RecoveredCollection opened, CollectionEntries entries, CommitEvents events) =>
        new JournalCommits(journal, journal.OwnerOf(key), entries);

    /// <inheritdoc/>
    public async Task<RecoveredCollection> Recover(string key, bool isListed, Func<long, Task>? makeRoom, CancellationToken ct)
    {
        var owner = journal.OwnerOf(key);

        // An earlier activation may have gone with appends in flight. They are part of the past that is recovered here.
        while (owner.LastAppendedPosition > journal.DurablePosition && journal.Failure is null)
        {
            await Task.Delay(FlushPollInterval, clock, ct);
        }

        // A new collection works while storage is away. Never appended to and not listed: two witnesses,
        // so that damage to either alone cannot make a saved collection look new.
        // What the journal forgot (marks of long deleted collections, see TrimMarkWriter) may still stand in storage: numbers begin above it.
        if (!isListed && owner.LastSequence == 0 && !journal.Recovery.IsFresh)
        {
            return await Build(owner, null, null, FirstSequence());
        }

        for (var isRetry = false; ; isRetry = true)
        {
            var loaded = makeRoom is null ? null : await loader.Load(key, saved => makeRoom(MemoryBytes(saved, owner)), ct);
            var outline = loaded?.Outline ?? await loader.LoadOutline(key, ct);
            var recovered = await Build(owner, outline, loaded, 0);

            // After the tail was read, or a save of the activation before this one could trim records that neither of the two shows.
            var trimmed = owner.TrimmedSequence;
            if (trimmed <= outline.Sequence)
            {
                return recovered;
            }

            if (isRetry)
            {
                damage.Report(
                    $"{CollectionText.Of(key)}: storage holds changes up to {outline.Sequence}, but the journal knows that it had them up to {trimmed}; what is between is lost");
                return recovered;
            }
        }
    }

    /// <summary>A record in the journal carries about as much beside key and value as an entry in memory does.</summary>
    private static long MemoryBytes(CollectionOutline saved, JournalOwner owner) =>
        saved.Bytes + ((long)CollectionEntries.EntryMemoryBytes * saved.Count) + owner.TailBytes;

    /// <summary>
    /// Above every sequence that an earlier life of a collection can have reached: 8,192 changes a second since the service exists.
    /// Leaves room in the 48 bits of a sequence for a thousand years, so that a clock that was set wrong does not use them up.
    /// </summary>
    private long FirstSequence() => (long)(clock.GetUtcNow() - ServiceClock.Epoch).TotalSeconds << 13;

    private Task<RecoveredCollection> Build(
        JournalOwner owner, CollectionOutline? outline, LoadedCollection? loaded, long firstSequence) => Task.Factory.StartNew(
            () => BuildNow(owner, outline, loaded, firstSequence), CancellationToken.None, TaskCreationOptions.DenyChildAttach, scheduler);

    private static RecoveredCollection BuildNow(
        JournalOwner owner, CollectionOutline? outline, LoadedCollection? loaded, long firstSequence)
    {
        var entries = RecoveredCollection.SavedEntries(outline, loaded, firstSequence);
        var saved = outline?.Sequence ?? 0;
        var lastVersion = outline?.LastVersion ?? 0;
        var lastSequence = Math.Max(Math.Max(saved, firstSequence), owner.LastSequence);
        var settled = Math.Max(saved, firstSequence);
        var hasTail = false;
        foreach (var record in owner.ReadTail())
        {
            foreach (var change in EntryRecord.Read(record.Payload.Span, record.Sequence))
            {
                if (change.Sequence > saved)
                {
                    hasTail = true;
                    lastVersion = Math.Max(lastVersion, change.Version);
                    lastSequence = Math.Max(lastSequence, change.Sequence);
                    settled = Math.Max(settled, change.Sequence);
                    entries?.Replay(change);
                }
            }
        }

        entries?.RaiseSequence(lastSequence);
        return new RecoveredCollection
        {
            Outline = outline,
            HasTail = hasTail,
            Sequence = lastSequence,
            SettledSequence = settled,
            LastVersion = lastVersion,
            Entries = entries,
        };
    }
}
