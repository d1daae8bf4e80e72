using System.Text;
using EdgeOrleans.Grains.Durability;
using EdgeOrleans.Grains.Entries;
using EdgeOrleans.Grains.Memory;
using EdgeOrleans.Grains.Time;
using EdgeOrleans.Journal;

namespace EdgeOrleans.Grains.Collections;

/// <summary>
/// Judges writes on the newest state of a loaded collection and hands what they change on to become durable, in one turn and with no await:
/// so each is judged on all that were judged before it, whether or not those are durable yet.
/// </summary>
internal sealed class CollectionWriter(
    CollectionEntries entries, ResidentCollection resident, ICommits commits, ServiceClock clock, CollectionLimits limits)
{
    private static readonly WriteResult NoSuchKey = new(null, 0, false);

    // Groups that are not settled: one being made durable and one being filled, seldom more.
    private readonly List<CommitGroup> _groups = [];

    /// <summary>Where what it accepts becomes durable.</summary>
    public ICommits Commits => commits;

    /// <summary>Moves what has become durable to the settled state; after a failure for good forgets what has not.</summary>
    public void CatchUp()
    {
        if (!entries.HasPending)
        {
            return;
        }

        // In this order: once a failure is seen, the durable position has reached its last value.
        var hasEnded = commits.HasEnded;
        var durable = commits.DurablePosition;
        entries.Settle(durable);
        while (_groups.Count > 0 && _groups[0].Position <= durable)
        {
            _groups.RemoveAt(0);
        }

        if (hasEnded && entries.HasPending)
        {
            entries.DropPending();
            _groups.Clear();
        }

        resident.Hold(ResidentCollections.ActivationBytes + entries.MemoryBytes);
    }

    /// <summary>Judges a batch and appends what it changes.</summary>
    /// <param name="batch">At least one operation.</param>
    /// <param name="invalid">What <see cref="OperationRules"/> said against them.</param>
    /// <param name="isRegistered">Whether the catalog lists the collection.</param>
    /// <param name="setRefusal">Why nothing may be set, when the catalog does not take the collection in.</param>
    /// <param name="reclaims">Whether sets too may use the journal's reserve, because they make room in the end.</param>
    public Verdict Judge(WriteBatch batch, Refusal?[]? invalid, bool isRegistered, Refusal? setRefusal, bool reclaims = false)
    {
        CatchUp();
        try
        {
            return JudgeAll(batch, invalid, isRegistered, setRefusal, reclaims);
        }
        catch (OutOfMemoryException)
        {
            // Nothing is appended before all of it has its memory.
            entries.TakeBack();
            return new Verdict(Refusals.All(batch.Operations.Length, Refusals.NoMemory), null, null);
        }
    }

    private Verdict JudgeAll(WriteBatch batch, Refusal?[]? invalid, bool isRegistered, Refusal? setRefusal, bool reclaims)
    {
        var operations = batch.Operations;
        var results = new WriteResult[operations.Length];
        var isOpen = operations.Length == 1 ? null : new bool[operations.Length];
        var now = clock.NowMicros();
        var restsOn = 0L;
        var looksAtState = false;
        for (var i = 0; i < operations.Length; i++)
        {
            var position = 0L;
            var isInvalid = invalid?[i] is not null;
            looksAtState |= !isInvalid;
            results[i] = isInvalid ? Refuse(invalid![i]!) : JudgeOne(operations[i], now, setRefusal, ref position);

            // What rests on a change of this same batch rests on what that change was judged on.
            restsOn = position == PendingWrites.Staged ? restsOn : Math.Max(restsOn, position);
            if (isOpen is not null)
            {
                isOpen[i] = position > 0 || results[i].Version > 0 || (commits.MayBeOvertaken && !isInvalid);
            }

            if (batch.Atomic && results[i].Refusal is not null)
            {
                entries.TakeBack();
                RefuseOthers(results, i);
                isOpen = null;
                looksAtState = !isInvalid;
                break;
            }
        }

        if (entries.StagedCount == 0)
        {
            return new Verdict(results, GroupAt(restsOn), isOpen) { NeedsCurrent = looksAtState && commits.MayBeOvertaken };
        }

        if (!isRegistered && HasStagedSet())
        {
            entries.TakeBack();
            return default;
        }

        var group = AppendStaged(batch.Atomic, reclaims, out var appendRefusal);
        return group is null
            ? new Verdict(Verdict.Replace(results, isOpen, appendRefusal!), null, null)
            : new Verdict(results, group, isOpen);
    }

    /// <summary>Removes every entry with a version of at most <paramref name="bound"/>, and makes later versions greater than it.</summary>
    /// <param name="bound">The version.</param>
    /// <param name="refusal">Why not; <see langword="null"/> when it is done or needs no doing.</param>
    /// <returns>The group to wait for; <see langword="null"/> for none.</returns>
    public CommitGroup? Clear(long bound, out Refusal? refusal)
    {
        CatchUp();
        refusal = null;
        if (entries.ClearsNothing(bound))
        {
            entries.RaiseVersion(bound);
            return GroupAt(entries.PendingPosition);
        }

        entries.StageClear(bound);
        return AppendStaged(isAtomic: false, reclaims: true, out refusal);
    }

    private WriteResult JudgeOne(Operation operation, long now, Refusal? setRefusal, ref long position)
    {
        Span<byte> buffer = stackalloc byte[NameRules.MaxKeyBytes];
        var key = buffer[..Encoding.UTF8.GetBytes(operation.Key, buffer)];
        var exists = entries.TryGetNewest(key, out var newest, out position);
        if (PreconditionFault(operation, exists, newest) is { } fault)
        {
            return Refuse(new Refusal(RefusalCode.PreconditionFailed, fault));
        }

        var replaced = exists ? newest.Bytes : 0;
        if (operation.Kind == OperationKind.Delete)
        {
            if (!exists)
            {
                return NoSuchKey;
            }

            var tombstone = StoredEntry.CreateTombstone(key, entries.Sequence + 1, entries.NextVersion(now));
            entries.Stage(tombstone, replaced);
            return new WriteResult(null, tombstone.Version, true);
        }

        if (setRefusal is not null)
        {
            return Refuse(setRefusal);
        }

        var growth = key.Length + operation.Value.Length - replaced;
        if (growth > 0 && FullFault(growth) is { } full)
        {
            position = Math.Max(position, entries.PendingPosition);
            return Refuse(new Refusal(RefusalCode.CollectionFull, full));
        }

        var entry = StoredEntry.Create(
            key, operation.Value.Span, entries.Sequence + 1, entries.NextVersion(now), operation.ExpiresAtMicros);
        entries.Stage(entry, replaced);
        return new WriteResult(null, entry.Version, exists);
    }

    private string? FullFault(int growth)
    {
        var bytes = entries.NewestBytes + growth;
        if (bytes > limits.CollectionBytes)
        {
            return $"collection would hold {bytes} bytes, more than the limit of {limits.CollectionBytes} (Limits:CollectionBytes)";
        }

        var memory = entries.MemoryBytes - entries.Bytes + bytes;
        return memory > limits.MemoryBytes
            ? $"collection would take {memory} bytes of memory, more than the {limits.MemoryBytes} that one may (Memory:BudgetBytes)"
            : null;
    }

    private static string? PreconditionFault(Operation operation, bool exists, StoredEntry newest) => operation.Precondition switch
    {
        PreconditionKind.Exists when !exists => "key does not exist",
        PreconditionKind.Absent when exists => $"key exists already, with version {newest.Version}",
        PreconditionKind.Version when !exists => $"key does not exist, so it has not version {operation.ExpectedVersion}",
        PreconditionKind.Version when newest.Version != operation.ExpectedVersion =>
            $"key has version {newest.Version}, not {operation.ExpectedVersion}",
        _ => null,
    };

    private bool HasStagedSet()
    {
        for (var i = 0; i < entries.StagedCount; i++)
        {
            if (!entries.Staged(i).IsTombstone)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Gives what is staged to the commits, all or none of it.</summary>
    internal CommitGroup? AppendStaged(bool isAtomic, bool reclaims, out Refusal? refusal)
    {
        var count = entries.StagedCount;
        var recordCount = isAtomic ? 1 : count;
        var bytes = EntryRecord.HeaderBytes * recordCount;
        for (var i = 0; i < count; i++)
        {
            bytes += EntryRecord.ChangeBytes(entries.Staged(i));
        }

        if (isAtomic && bytes > limits.AtomicBytes)
        {
            entries.TakeBack();
            refusal = new Refusal(
                RefusalCode.ValueTooLarge,
                $"an atomic batch of {bytes} bytes is more than the limit of {limits.AtomicBytes} (that of one value, Limits:ValueBytes)");
            return null;
        }

        try
        {
            // From the append on nothing may fail: what is written then must not be taken back here.
            _groups.EnsureCapacity(_groups.Count + 1);
            if (!commits.TryAppend(bytes, isAtomic, reclaims, out var group, out refusal))
            {
                return null;
            }

            entries.Accept(group.Position);
            if (_groups.Count == 0 || _groups[^1].Position != group.Position)
            {
                _groups.Add(group);
            }

            return group;
        }
        finally
        {
            // Whatever was not accepted never was.
            entries.TakeBack();
        }
    }

    private CommitGroup? GroupAt(long position)
    {
        foreach (var group in _groups)
        {
            if (group.Position == position)
            {
                return group;
            }
        }

        return null;
    }

    private static WriteResult Refuse(Refusal refusal) => new(refusal, 0, false);

    private static void RefuseOthers(WriteResult[] results, int refused)
    {
        var others = Refuse(new Refusal(
            RefusalCode.BatchRefused, $"operation {refused} of the same atomic batch was refused: {results[refused].Refusal!.Message}"));
        for (var i = 0; i < results.Length; i++)
        {
            results[i] = i == refused ? results[i] : others;
        }
    }
}
