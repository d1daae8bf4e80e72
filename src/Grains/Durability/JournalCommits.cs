using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using EdgeOrleans.Grains.Collections;
using EdgeOrleans.Grains.Entries;
using EdgeOrleans.Journal;

namespace EdgeOrleans.Grains.Durability;

/// <summary>Commits of a collection on a device: records in the journal, whose groups it shares with all others.</summary>
internal sealed class JournalCommits(FlashJournal journal, JournalOwner owner, CollectionEntries entries) : ICommits
{
    // The shared pool keeps an array of each size for each thread: of large ones, many megabytes.
    private const int LargeBytes = 64 * 1024;
    private static readonly ArrayPool<byte> LargeBuffers = ArrayPool<byte>.Create(maxArrayLength: 2 * 1024 * 1024, maxArraysPerBucket: 1);

    /// <inheritdoc/>
    public long DurablePosition => journal.DurablePosition;

    /// <inheritdoc/>
    public bool HasEnded => journal.Failure is not null;

    /// <summary>There is one process on a device, and one activation in it.</summary>
    public bool MayBeOvertaken => false;

    /// <summary>One record for an atomic batch, so that it can be neither torn nor half damaged, else one for each change.</summary>
    public bool TryAppend(int bytes, bool isAtomic, bool reclaims, [NotNullWhen(true)] out CommitGroup? group, [NotNullWhen(false)] out Refusal? refusal)
    {
        var recordCount = isAtomic ? 1 : entries.StagedCount;
        var buffers = bytes > LargeBytes ? LargeBuffers : ArrayPool<byte>.Shared;
        var buffer = buffers.Rent(bytes);
        var records = ArrayPool<JournalRecord>.Shared.Rent(recordCount);
        try
        {
            reclaims |= Encode(buffer, records, isAtomic);
            refusal = journal.TryAppend(owner, records.AsSpan(0, recordCount), reclaims, out group, out var appendRefusal)
                ? null
                : Refusals.Of(appendRefusal, journal.Options);
            return group is not null;
        }
        finally
        {
            buffers.Return(buffer);
            ArrayPool<JournalRecord>.Shared.Return(records, clearArray: true);
        }
    }

    /// <inheritdoc/>
    public Refusal FailureOf(CommitGroup group) => Refusals.FlushFailed;

    /// <inheritdoc/>
    public Task<CommitOutcome> Known(CommitGroup group) => group.Outcome;

    /// <inheritdoc/>
    public ValueTask<Refusal?> RequireCurrent(Deadline deadline) => default;

    /// <summary>Waits for nothing: the journal holds what is not saved.</summary>
    public Task Finish(TimeSpan limit) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Stop()
    {
    }

    /// <returns>Whether the changes only take away.</returns>
    private bool Encode(byte[] buffer, JournalRecord[] records, bool isAtomic)
    {
        var reclaims = true;
        var record = 0;
        var start = 0;
        var at = 0;
        var count = entries.StagedCount;
        for (var i = 0; i < count; i++)
        {
            var change = entries.Staged(i);
            reclaims &= change.IsTombstone;
            if (at == start)
            {
                at += EntryRecord.WriteHeader(buffer.AsSpan(at));
            }

            at += EntryRecord.WriteChange(buffer.AsSpan(at), change);
            if (!isAtomic || i == count - 1)
            {
                var sequence = isAtomic ? entries.Staged(0).Sequence : change.Sequence;
                records[record++] = new JournalRecord(sequence, buffer.AsMemory(start, at - start));
                start = at;
            }
        }

        return reclaims;
    }
}
