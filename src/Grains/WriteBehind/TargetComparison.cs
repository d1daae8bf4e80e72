using EdgeOrleans.Journal;

namespace EdgeOrleans.Grains.WriteBehind;

/// <summary>
/// A secondary target beside what this device has: two listings, so that ten thousand collections cost two calls and not two for each.
/// The secondary's rows do not change meanwhile: this process is their only writer, and it writes nothing before the comparison is over.
/// </summary>
internal sealed class TargetComparison(WriteBehindTarget target, IStateRows primary, FlashJournal journal)
{
    /// <summary>The life of the target that was looked at.</summary>
    public long Epoch { get; private set; }

    /// <summary>Whether the target has answered.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>What this device has, in storage and journal: a collection's newest sequence.</summary>
    public IReadOnlyDictionary<string, long> Here { get; private set; } = new Dictionary<string, long>();

    /// <summary>What the target has.</summary>
    public IReadOnlyDictionary<string, long> There { get; private set; } = new Dictionary<string, long>();

    /// <summary>Collections that the target knows more of than this device.</summary>
    public IReadOnlyList<string> Ahead { get; private set; } = [];

    /// <summary>Lists both; throws what the storages throw.</summary>
    public async Task Run()
    {
        Here = await primary.ListSaved(CancellationToken.None);
        Epoch = target.Rows.Epoch;
        There = await target.Rows.ListSaved(CancellationToken.None);

        // With a tail in the journal the collection itself must say how far it is: the last record may count for a whole batch.
        Ahead = [.. There.Where(saved => saved.Value == IStateRows.AheadForGood || IsAhead(saved.Key, saved.Value)).Select(static saved => saved.Key)];
        if (Ahead.Count > 0)
        {
            await target.Rows.KeepAhead(Ahead, CancellationToken.None);
        }

        IsComplete = true;
    }

    private bool IsAhead(string key, long there) => there > SequenceHere(key) && !journal.OwnerOf(key).HasTail;

    /// <summary>The newest sequence that this device knows of a collection; 0 when it knows none.</summary>
    public long SequenceHere(string key) => Math.Max(Here.GetValueOrDefault(key), journal.OwnerOf(key).LastSequence);
}
