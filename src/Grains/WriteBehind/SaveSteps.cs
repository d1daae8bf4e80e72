using EdgeOrleans.Grains.Entries;

namespace EdgeOrleans.Grains.WriteBehind;

/// <summary>
/// The steps of saves, each of which leaves the rows whole if it is the last that happens.
/// </summary>
/// <remarks>
/// <para>
/// Every save claims the next slot of the ring: a delta is the claim, a snapshot claims with a seal. A claim is a write under the ETag
/// that the slot had before, so of two activations that believe in the same past one fails, and finds a row that is not its own.
/// </para>
/// <para>
/// A failed call is never known not to have happened. A row is therefore tried again under the ETag it was tried under first: if the
/// first try has landed, or lands later, the second fails with a conflict and the row shows who wrote it.
/// </para>
/// </remarks>
internal sealed class SaveSteps(
    string collectionKey, string writer, WriteBehindTarget target, TargetState state, Action goOn, CancellationToken ct) : IDisposable
{
    private readonly StatePayloadWriter _payloads = new(collectionKey);
    private readonly StateRowWriter _rows = new(collectionKey, writer, target.Rows, state);

    /// <summary>
    /// Rewrites the head as it is, because the slots end with a seal that is not ours: whoever wrote it may have flipped the head after
    /// we read it, or may do so yet. The first shows now, before we add anything to what they made of it; under the new ETag the second
    /// cannot happen any more. So this comes before the next claim, a delta's too.
    /// </summary>
    public async Task Fence()
    {
        GoOn();
        var current = state.Head ?? new StateHeader { Kind = StateKind.Head, Writer = writer, Save = 0, Generation = 0, Sequence = 0 };
        var head = current with { Writer = writer };
        await _rows.Write(RowName.Head, head, _payloads.Write(head, []), found => found.Generation == head.Generation, ct);
        state.Fenced();
    }

    /// <summary>Writes what changed since the last save into the next slot.</summary>
    public Task WriteDelta(CollectionSnapshot snapshot) => WriteDelta(snapshot.Totals, [.. snapshot.ChangesSince(state.SavedSequence)]);

    /// <summary>Writes changes into the next slot.</summary>
    /// <param name="totals">The state that they lead to.</param>
    /// <param name="changes">All that changed since the last save.</param>
    public async Task WriteDelta(CollectionTotals totals, IReadOnlyCollection<StoredEntry> changes)
    {
        var header = Header(StateKind.Delta, state.Save + 1, state.Generation, totals) with { Since = state.SavedSequence };
        await Claim(header, _payloads.Write(header, changes));
    }

    /// <summary>
    /// Announces a snapshot. The order is what makes it safe:
    /// the head is fenced if need be, then the ETags of the chunks are known, then the slot is claimed, and only then a chunk is written.
    /// Whoever claimed after us writes chunks under ETags that ours do not match; whoever claimed before us and did not finish can no
    /// longer flip the head, so the chunks that we overwrite cannot become current.
    /// </summary>
    /// <returns><see langword="null"/> when an earlier try of ours turned up in the slot, so that the next must be claimed.</returns>
    public async Task<SnapshotPlan?> BeginSnapshot(CollectionSnapshot snapshot)
    {
        // Behind the last slot that may be overwritten only a seal can stand, and it is claimed by taking it over in place.
        var plan = new SnapshotPlan(snapshot, state.Generation + 1, target.ChunkBytes, state.StaleChunks)
        {
            Save = Math.Min(state.Save + 1, state.HeadSave + target.SlotCount),
            DeltaBytesBefore = state.DeltaBytes,
        };
        for (var i = 0; i < plan.Rows; i++)
        {
            GoOn();
            await _rows.Know(RowName.Chunk(plan.Generation, i), ct);
        }

        var seal = new StateHeader
        {
            Kind = StateKind.Seal,
            Writer = writer,
            Save = plan.Save,
            Generation = state.Generation,
            Sequence = state.SavedSequence,
            Chunks = plan.Rows,
        };
        var claimed = await Claim(seal, _payloads.Write(seal, []));

        // An earlier try that turns up may have landed long ago: somebody may have claimed, and written chunks, between it and our look
        // at the ETags. It counts as a save, but not as the claim of this snapshot.
        return claimed.IsEarlierTry ? null : plan;
    }

    /// <summary>Writes the chunks that are left, then makes them current with one write of the head.</summary>
    public async Task FinishSnapshot(SnapshotPlan plan)
    {
        foreach (var entries in plan.RemainingChunks())
        {
            await WriteChunk(plan, entries);
        }

        await Flip(plan);
    }

    /// <summary>
    /// The same one row at a time. Deltas of this activation may be saved in between: they stand behind the seal, and count on top of
    /// either head.
    /// </summary>
    /// <returns>Whether the snapshot is current.</returns>
    public async Task<bool> StepSnapshot(SnapshotPlan plan)
    {
        foreach (var entries in plan.RemainingChunks())
        {
            await WriteChunk(plan, entries);
            return false;
        }

        await Flip(plan);
        return true;
    }

    private async Task Flip(SnapshotPlan plan)
    {
        GoOn();
        var head = Header(StateKind.Head, plan.Save, plan.Generation, plan.Content.Totals) with
        {
            Chunks = plan.Chunks,
            StaleChunks = state.Head?.Chunks ?? 0,
            ChunkBytes = plan.WrittenBytes,
        };
        await _rows.Write(RowName.Head, head, _payloads.Write(head, []), found => found.Generation == plan.Generation && found.Save == plan.Save, ct);
        FindLeftovers(state.Head, head);
        state.SetHead(head, state.DeltaBytes - plan.DeltaBytesBefore);
        state.Fenced();
    }

    /// <summary>Empties rows of the state before, so that the storage can use their room.</summary>
    public async Task EmptyLeftovers()
    {
        while (state.Leftovers.Count > 0)
        {
            await EmptyLeftover();
        }
    }

    /// <summary>Empties the first of them.</summary>
    public async Task EmptyLeftover()
    {
        GoOn();
        var row = state.Leftovers.Peek();
        if (!IsInUse(row))
        {
            try
            {
                await Empty(row, state.Head!);
            }
            catch (ForeignWriterException)
            {
                // Somebody has use for it. If that is because they overtook us, our next claim will show it.
            }
        }

        state.Leftovers.Dequeue();
    }

    /// <inheritdoc/>
    public void Dispose() => _payloads.Dispose();

    /// <summary>
    /// What a collection that has shrunk leaves behind, as when it was cleared: it may never be saved again, and the room would be lost.
    /// Otherwise the old chunks and deltas are written over by saves to come, and are left alone.
    /// </summary>
    private void FindLeftovers(StateHeader? before, StateHeader after)
    {
        for (var i = after.Chunks; i < before?.Chunks; i++)
        {
            state.Leftovers.Enqueue(RowName.Chunk(before.Generation, i));
        }

        // Where every write is saved the ring comes round soon, and its deltas are no sign that the collection has shrunk.
        var bytesBefore = state.SnapshotBytes + (target.TakesEveryWrite ? 0 : state.DeltaBytes);
        if (bytesBefore > target.ChunkBytes && bytesBefore / 4 > after.ChunkBytes)
        {
            for (var save = state.Save + 1; save < after.Save + target.SlotCount; save++)
            {
                state.Leftovers.Enqueue(RowName.Slot(save, target.SlotCount));
            }
        }
    }

    /// <summary>Whether a row has come into use again since it was left over: as the slot of a save after the head, or as a chunk of the snapshot.</summary>
    private bool IsInUse(string row)
    {
        for (var save = state.HeadSave + 1; save <= state.Save; save++)
        {
            if (RowName.Slot(save, target.SlotCount) == row)
            {
                return true;
            }
        }

        for (var i = 0; i < state.Head!.Chunks; i++)
        {
            if (RowName.Chunk(state.Generation, i) == row)
            {
                return true;
            }
        }

        return false;
    }

    private async Task Empty(string row, StateHeader head)
    {
        if (await _rows.KnowStale(row, head, ct))
        {
            GoOn();
            var empty = head with { Kind = RowName.IsSlot(row) ? StateKind.Seal : StateKind.Chunk, Writer = writer, Chunks = 0 };
            try
            {
                await _rows.Write(row, empty, _payloads.Write(empty, []), found => found.Save == empty.Save && found.Kind == empty.Kind, ct);
            }
            catch (Exception)
            {
                // The next write of the row is another one, and would take this for somebody else's if it has been made.
                state.ForgetETag(row);
                throw;
            }
        }
    }

    private async Task WriteChunk(SnapshotPlan plan, IReadOnlyCollection<StoredEntry> entries)
    {
        GoOn();
        var header = Header(StateKind.Chunk, plan.Save, plan.Generation, plan.Content.Totals) with { Chunk = plan.NextChunk };
        var name = RowName.Chunk(plan.Generation, plan.NextChunk);
        var payload = _payloads.Write(header, entries);

        // A try of ours found there had the same content: a snapshot once announced is finished with what it was begun with.
        await _rows.Write(name, header, payload, found => found.Save == plan.Save && found.Generation == plan.Generation, ct);
        if (plan.NextChunk < plan.Chunks)
        {
            plan.WrittenBytes += payload.Length;
        }

        plan.NextChunk++;
    }

    private async Task<WrittenRow> Claim(StateHeader header, ReadOnlyMemory<byte> payload)
    {
        GoOn();
        var slot = RowName.Slot(header.Save, target.SlotCount);
        await _rows.KnowFree(header.Save, target.SlotCount, target.ReadsAtOnce, ct);
        GoOn();
        var written = await _rows.Write(slot, header, payload, other => other.Save == header.Save, ct);
        state.AddSave(written.Header, written.PayloadBytes);
        return written;
    }

    private StateHeader Header(StateKind kind, long save, long generation, CollectionTotals content) => new()
    {
        Kind = kind,
        Writer = writer,
        Save = save,
        Generation = generation,
        Sequence = content.Sequence,
        LastVersion = content.LastVersion,
        TombstoneFloor = content.TombstoneFloor,
        Count = content.Count,
        Bytes = content.Bytes,
    };

    private void GoOn()
    {
        ct.ThrowIfCancellationRequested();
        goOn();
    }
}
