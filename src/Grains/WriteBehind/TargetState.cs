namespace EdgeOrleans.Grains.WriteBehind;

/// <summary>What an activation knows of the rows of its collection at one target: what the next save builds on.</summary>
public sealed class TargetState
{
    private readonly Dictionary<string, string?> _etags = [];

    internal TargetState(long epoch) => Epoch = epoch;

    /// <summary>Everything up to this sequence is in the rows.</summary>
    public long SavedSequence { get; private set; }

    /// <summary>The life of the storage that the rows were seen in.</summary>
    internal long Epoch { get; }

    /// <summary>The current snapshot's head; <see langword="null"/> before the first snapshot.</summary>
    internal StateHeader? Head { get; private set; }

    /// <summary>The newest save: the one whose slot was claimed last. It may be a seal.</summary>
    internal long Save { get; private set; }

    /// <summary>The activation that wrote the newest row.</summary>
    internal string LastWriter { get; private set; } = "";

    /// <summary>Bytes of the deltas since the snapshot.</summary>
    internal long DeltaBytes { get; private set; }

    /// <summary>A seal newer than the head is not ours: see <see cref="SaveSteps.Fence"/>.</summary>
    internal bool NeedsFence { get; private set; }

    /// <summary>How many rows of the generation that is written next may hold something.</summary>
    internal int StaleChunks { get; private set; }

    /// <summary>
    /// Rows that hold much of what is not current any more and are not written over soon. They are emptied while no snapshot is being
    /// written, unless they have come into use again.
    /// </summary>
    internal Queue<string> Leftovers { get; } = [];

    internal long HeadSave => Head?.Save ?? 0;

    internal long Generation => Head?.Generation ?? 0;

    internal long SnapshotBytes => Head?.ChunkBytes ?? 0;

    internal bool TryGetETag(string row, out string? etag) => _etags.TryGetValue(row, out etag);

    internal void SetETag(string row, string? etag) => _etags[row] = etag;

    /// <summary>What stands in a row is not known any more.</summary>
    internal void ForgetETag(string row) => _etags.Remove(row);

    /// <summary>The head was read, or written by us: it is current now.</summary>
    /// <param name="head">The head.</param>
    /// <param name="deltaBytes">Bytes of the deltas that were saved while its snapshot was written.</param>
    internal void SetHead(StateHeader head, long deltaBytes = 0)
    {
        Head = head;
        Save = Math.Max(Save, head.Save);
        SavedSequence = Math.Max(SavedSequence, head.Sequence);
        LastWriter = head.Writer;
        DeltaBytes = deltaBytes;
        StaleChunks = head.StaleChunks;
    }

    /// <summary>The slot of the next save was read or claimed by us, or the last seal was taken over by us.</summary>
    internal void AddSave(StateHeader slot, long payloadBytes)
    {
        Save = slot.Save;
        LastWriter = slot.Writer;
        if (slot.Kind == StateKind.Delta)
        {
            SavedSequence = Math.Max(SavedSequence, slot.Sequence);
            DeltaBytes += payloadBytes;
        }

        // An announced snapshot may have written its chunks.
        StaleChunks = Math.Max(StaleChunks, slot.Chunks);
    }

    internal void RequireFence() => NeedsFence = true;

    /// <summary>The head carries an ETag of ours: no flip begun by anybody else can land any more.</summary>
    internal void Fenced() => NeedsFence = false;
}
