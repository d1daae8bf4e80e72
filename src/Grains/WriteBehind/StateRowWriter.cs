namespace EdgeOrleans.Grains.WriteBehind;

/// <summary>Writes rows under the ETags of a <see cref="TargetState"/> and tells our own ambiguous writes from those of others.</summary>
internal sealed class StateRowWriter(string collectionKey, string writer, IStateRows rows, TargetState state)
{
    /// <summary>Makes the ETag of a row that is to be written over known, whatever the row holds.</summary>
    public async Task Know(string row, CancellationToken ct)
    {
        if (!state.TryGetETag(row, out _))
        {
            state.SetETag(row, (await rows.Read(collectionKey, row, ct)).ETag);
        }
    }

    /// <summary>Makes the ETag of a save's slot known, which must not hold this save or a later one; those of the next slots come along.</summary>
    /// <param name="save">The save.</param>
    /// <param name="slotCount">How many slots the ring has.</param>
    /// <param name="readsAtOnce">How many are read at once.</param>
    /// <param name="ct">Ends the save before the next call.</param>
    /// <exception cref="ForeignWriterException">One of them does.</exception>
    public async Task KnowFree(long save, int slotCount, int readsAtOnce, CancellationToken ct)
    {
        if (state.TryGetETag(RowName.Slot(save, slotCount), out _))
        {
            return;
        }

        var slots = Enumerable.Range(0, readsAtOnce).Select(i => RowName.Slot(save + i, slotCount)).Where(slot => !state.TryGetETag(slot, out _)).ToArray();
        var reads = await Task.WhenAll(slots.Select(slot => rows.Read(collectionKey, slot, ct)));
        foreach (var (slot, read) in slots.Zip(reads))
        {
            if (!read.IsNone && StatePayloadReader.ReadHeader(collectionKey, slot, read.Payload) is var found && found.Save >= save)
            {
                throw new ForeignWriterException(slot, found.Writer);
            }

            state.SetETag(slot, read.ETag);
        }
    }

    /// <summary>
    /// Makes the ETag of a row known that should hold nothing newer than the head. Whoever overtook us may have written it since,
    /// and then it is theirs.
    /// </summary>
    /// <returns>Whether there is such a row, and one that can be understood.</returns>
    /// <exception cref="ForeignWriterException">It is newer.</exception>
    public async Task<bool> KnowStale(string row, StateHeader head, CancellationToken ct)
    {
        if (state.TryGetETag(row, out var etag))
        {
            return etag is not null;
        }

        var read = await rows.Read(collectionKey, row, ct);
        if (read.IsNone)
        {
            return false;
        }

        StateHeader found;
        try
        {
            found = StatePayloadReader.ReadHeader(collectionKey, row, read.Payload);
        }
        catch (StateDamagedException)
        {
            return false;
        }

        if (found.Save > head.Save || found.Generation > head.Generation)
        {
            throw new ForeignWriterException(row, found.Writer);
        }

        state.SetETag(row, read.ETag);
        return true;
    }

    /// <summary>
    /// Writes a row whose ETag is known. A conflict with a write of our own whose answer was lost is a success:
    /// then what stands there may be an earlier try, and its header is returned in place of the one given.
    /// </summary>
    /// <param name="row">The row.</param>
    /// <param name="header">Its header, in the payload too.</param>
    /// <param name="payload">All of it.</param>
    /// <param name="isOurs">Whether a header that is found in the row can only be from an earlier try of this write.</param>
    /// <param name="ct">Ends the save before the next call.</param>
    /// <exception cref="ForeignWriterException">Somebody else has written the row.</exception>
    /// <exception cref="RowsVanishedException">The row is gone.</exception>
    public async Task<WrittenRow> Write(
        string row, StateHeader header, ReadOnlyMemory<byte> payload, Func<StateHeader, bool> isOurs, CancellationToken ct)
    {
        state.TryGetETag(row, out var etag);
        try
        {
            state.SetETag(row, await rows.Write(collectionKey, row, payload, etag, ct));
            return new WrittenRow(header, payload.Length, IsEarlierTry: false);
        }
        catch (RowConflictException)
        {
            var found = await rows.Read(collectionKey, row, ct);
            if (found.IsNone)
            {
                throw new RowsVanishedException($"row '{row}' is gone");
            }

            var foundHeader = StatePayloadReader.ReadHeader(collectionKey, row, found.Payload);
            if (foundHeader.Writer != writer || !isOurs(foundHeader))
            {
                throw new ForeignWriterException(row, foundHeader.Writer);
            }

            state.SetETag(row, found.ETag);
            return new WrittenRow(foundHeader, found.Payload.Length, IsEarlierTry: true);
        }
    }
}

/// <summary>What stands in a row after a write, and whether it has stood there since an earlier try.</summary>
internal readonly record struct WrittenRow(StateHeader Header, int PayloadBytes, bool IsEarlierTry);

/// <summary>A row holds what another activation wrote.</summary>
internal sealed class ForeignWriterException(string row, string writer)
    : Exception($"row '{row}' was written by another activation ({writer})");

/// <summary>The storage holds nothing of what this activation saved there before.</summary>
internal sealed class RowsVanishedException(string message) : Exception(message);
