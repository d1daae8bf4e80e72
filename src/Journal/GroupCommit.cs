namespace EdgeOrleans.Journal;

/// <summary>
/// Group commit: appends go into the open buffer under the gate; the writer takes the whole buffer, writes it without the
/// gate, and completes all who wait at once. While it writes, the next group gathers in the other buffer.
/// </summary>
internal sealed class GroupCommit(
    JournalOptions options, SegmentPool pool, FrameWriter writer, Lock gate, bool inlineCompletions)
{
    private readonly Queue<JournalOwner> _unmarked = [];
    private GroupBuffer _open = new(options.MaxFrameBytes);
    private GroupBuffer _writing = new(options.MaxFrameBytes);
    private int _writtenFrames;
    private int _writingBytes;
    private long _lastPosition;
    private long _durablePosition;

    /// <summary>The position of the newest durable group.</summary>
    public long DurablePosition => Volatile.Read(ref _durablePosition);

    /// <summary>Bytes that wait for a flush. Under the gate.</summary>
    public int PendingBytes => (_open.IsEmpty ? 0 : _open.PaddedBytes) + _writingBytes;

    /// <summary>Whether a group waits for a flush. Under the gate.</summary>
    public bool HasPending => !_open.IsEmpty || _writingBytes > 0;

    /// <summary>Takes records into the open group, all or none. Under the gate.</summary>
    /// <returns>The group, or null with the reason.</returns>
    public CommitGroup? TryAppend(
        JournalOwner owner, ReadOnlySpan<JournalRecord> records, int recordBytes, RoomFor purpose, out AppendRefusal refusal)
    {
        var pending = PendingBytes;
        if (pending > 0 && pending + recordBytes > options.MaxPendingBytes)
        {
            refusal = AppendRefusal.TooManyPending;
            return null;
        }

        var beyond = pending + JournalFormat.ToBlocks(recordBytes + FrameHeader.Bytes) - (pool.Active?.Remaining ?? 0);
        refusal = pool.Judge(purpose, beyond);
        if (refusal != AppendRefusal.None)
        {
            return null;
        }

        // From the first record on nothing may fail, also for want of memory.
        var group = _open.Group ?? new CommitGroup(_lastPosition + 1, inlineCompletions);
        _open.KeepTogether(recordBytes, records.Length);
        foreach (var record in records)
        {
            _open.Add(RecordKind.Data, owner, record.Sequence, record.Payload.Span);
        }

        _lastPosition = group.Position;
        return _open.Group = group;
    }

    /// <summary>Lets a mark ride in the padding of some group to come. Under the gate.</summary>
    public void QueueMark(JournalOwner owner)
    {
        if (!owner.Mark.IsQueued)
        {
            owner.Mark.IsQueued = true;
            _unmarked.Enqueue(owner);
        }
    }

    /// <summary>Writes what has gathered and completes it. False when there is nothing, or no room for it.</summary>
    public bool TryWriteGroup()
    {
        lock (gate)
        {
            if (_writing.IsEmpty)
            {
                if (_open.IsEmpty)
                {
                    return false;
                }

                AddMarksInPadding();
                (_open, _writing) = (_writing, _open);
                _writingBytes = _writing.PaddedBytes;
                _writtenFrames = 0;
            }
        }

        // A group that ran out of room goes on where it stopped.
        while (_writtenFrames < _writing.FrameCount)
        {
            // Who may use the last of the room was judged when the append was taken.
            if (!writer.TryWrite(_writing, _writtenFrames, RoomFor.Reclaims))
            {
                return false;
            }

            lock (gate)
            {
                _writingBytes -= _writing.PaddedBytesOf(_writtenFrames);
            }

            _writtenFrames++;
        }

        var group = _writing.Group!;
        lock (gate)
        {
            _writing.Clear();
            _writingBytes = 0;
            Volatile.Write(ref _durablePosition, group.Position);
        }

        group.Complete(CommitOutcome.Durable);
        return true;
    }

    /// <summary>Takes the groups whose outcome is unknown, for completion outside the gate. Under the gate.</summary>
    public (CommitGroup? Writing, CommitGroup? Open) Abandon()
    {
        var abandoned = (_writing.Group, _open.Group);
        _writing.Group = null;
        _open.Group = null;
        return abandoned;
    }

    private void AddMarksInPadding()
    {
        while (_unmarked.TryPeek(out var owner) && _open.FitsInPadding(owner))
        {
            _unmarked.Dequeue();
            owner.Mark.IsQueued = false;
            if (owner.TrimmedSequence > owner.Mark.DurableSequence)
            {
                _open.Add(RecordKind.TrimMark, owner, owner.TrimmedSequence, []);
            }
        }
    }
}
