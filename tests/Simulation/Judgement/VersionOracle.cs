namespace EdgeOrleans.Simulation.Judgement;

/// <summary>
/// Knows what was sent, what was acknowledged and what was seen, with the version of each, and judges what is found. It sees only what
/// a client sees: requests, answers, and the moments at which the process died. It takes no word of the code under test for anything
/// else but damage, which excuses what was lost in the collections that were named. See <see cref="SharedOracle"/> for the other one.
/// </summary>
internal sealed class VersionOracle
{
    private readonly Trace _trace;
    private readonly AnswerJudge _answers;
    private readonly SortedDictionary<string, VersionedCollection> _collections = new(StringComparer.Ordinal);
    private readonly List<SentWrite> _byId = [];
    private readonly List<SentWrite> _writesInFlight = [];
    private readonly List<SentClear> _clears = [];
    private long _now;

    public VersionOracle(Trace trace)
    {
        _trace = trace;
        _answers = new AnswerJudge(this);
    }

    /// <summary>The process that runs now, counted from 1.</summary>
    public int Process { get; private set; } = 1;

    /// <summary>Writes acknowledged so far.</summary>
    public int AcknowledgedCount { get; private set; }

    /// <summary>Whether a collection was named in a report of damage, so that acknowledged data may be missing there.</summary>
    public Predicate<string> IsReportedDamaged { get; set; } = static _ => false;

    /// <summary>Whether the catalog was named in one.</summary>
    public Func<bool> IsCatalogReportedDamaged { get; set; } = static () => false;

    public IEnumerable<VersionedCollection> Collections => _collections.Values;

    public VersionedCollection Of(string collection)
    {
        if (!_collections.TryGetValue(collection, out var history))
        {
            _collections.Add(collection, history = new VersionedCollection(collection));
            history.Clears.AddRange(_clears.Where(clear => clear.Covers(collection) && clear.EndedAt == long.MaxValue));
        }

        return history;
    }

    /// <summary>A client sends operations to one collection.</summary>
    public SentWrite[] Send(string collection, ReadOnlySpan<Wish> wishes, bool atomic)
    {
        var history = Of(collection);
        var sent = new SentWrite[wishes.Length];
        _now++;
        for (var i = 0; i < sent.Length; i++)
        {
            var wish = wishes[i];
            var key = history.Of(wish.Key);
            sent[i] = new SentWrite(key, wish, _byId.Count + 1, Process, _now) { Siblings = atomic ? sent : [] };
            _byId.Add(sent[i]);
            key.Sent.Add(sent[i]);
            _trace.Add($"  send {sent[i]}{(wish.Precondition == PreconditionKind.None ? "" : $" if {wish.Precondition} {wish.ExpectedVersion}")}{(atomic ? " (atomic)" : "")}");
        }

        _writesInFlight.AddRange(sent);
        return sent;
    }

    /// <summary>The answer to what was sent.</summary>
    public void Answer(SentWrite[] sent, WriteResult[] results)
    {
        _now++;
        if (results.Length != sent.Length)
        {
            throw new OracleException($"{sent.Length} operations sent, {results.Length} results");
        }

        for (var i = 0; i < sent.Length; i++)
        {
            _writesInFlight.Remove(sent[i]);
            sent[i].EndedAt = _now;
            _trace.Add($"  answer {sent[i]}: {(results[i].Refusal is { } refusal ? refusal.ToString() : results[i].Version == 0 ? "nothing to delete" : $"v{results[i].Version}")}");
        }

        var last = 0L;
        for (var i = 0; i < sent.Length; i++)
        {
            JudgeResult(sent[i], results[i]);
            if (results[i].Version != 0 && results[i].Version <= last)
            {
                throw new OracleException($"{sent[i]} got version {results[i].Version}, after {last} in the same answer");
            }

            last = Math.Max(last, results[i].Version);
        }
    }

    /// <summary>A client asks for the delete of a collection, or of a namespace (with a slash at its end).</summary>
    public SentClear SendClear(string target)
    {
        var clear = new SentClear(target, Process, ++_now);
        _clears.Add(clear);
        foreach (var collection in _collections.Values)
        {
            if (clear.Covers(collection.Key))
            {
                collection.Clears.Add(clear);
            }
        }

        _trace.Add($"  send delete of {target}");
        return clear;
    }

    /// <summary>The answer to a delete of a collection or namespace.</summary>
    public void AnswerClear(SentClear clear, Refusal? refusal)
    {
        clear.EndedAt = ++_now;
        _trace.Add($"  answer delete of {clear.Target}: {(refusal is null ? "done" : refusal.ToString())}");
        if (refusal is not null || IsCatalogReportedDamaged())
        {
            // A catalog that lost its list does not know what there is to delete.
            return;
        }

        clear.State = WriteState.Held;
        AcknowledgedCount++;
        foreach (var key in KeysUnder(clear))
        {
            if (key.Known is { } known && known.HeldAt < clear.SentAt)
            {
                key.HoldAbsent(_now);
            }

            foreach (var write in key.Sent)
            {
                // What an earlier process left in doubt was found by the recovery and removed now, or not found.
                if (write.State == WriteState.InDoubt && write.Process < clear.Process)
                {
                    write.State = WriteState.Void;
                }
            }
        }
    }

    /// <summary>The process died: what was in flight stays in doubt.</summary>
    public void ProcessDied()
    {
        _now++;
        Process++;
        foreach (var write in _writesInFlight)
        {
            write.EndedAt = _now;
        }

        _writesInFlight.Clear();
        foreach (var clear in _clears)
        {
            clear.EndedAt = Math.Min(clear.EndedAt, _now);
        }
    }

    /// <summary>A read begins: what is known now is the least that it may find.</summary>
    public ReadTicket BeginRead(string collection, string key)
    {
        var history = Of(collection).Of(key);
        _now++;
        return new ReadTicket(history, history.Known, history.IsKnownAbsent);
    }

    /// <summary>What a read found.</summary>
    public void EndRead(ReadTicket ticket, Entry? found)
    {
        _now++;
        var key = ticket.Key;
        if (found is null)
        {
            JudgeAbsent(ticket);
            return;
        }

        var write = Sender(key, found.Value.Span);
        _trace.Add($"  read {key.Collection.Key} '{key.Key}': #{write.Id} v{found.Version}");
        var mayBeBack = write.State == WriteState.Void && IsReportedDamaged(key.Collection.Key);
        var isOld = mayBeBack || (ticket.Known is { } known && (found.Version < known.Version || (found.Version == known.Version && ticket.IsAbsent)));
        if (isOld && IsReportedDamaged(key.Collection.Key))
        {
            (write.State, write.Version) = (WriteState.Held, found.Version);
            key.Rewind(write);
            return;
        }

        if (isOld)
        {
            throw new OracleException(
                $"read {write} with version {found.Version}: {ticket.Known} held before{(ticket.IsAbsent ? " and the key was absent after it" : "")}");
        }

        key.Hold(write, found.Version, _now);
    }

    /// <summary>
    /// After a recovery every key of a collection was read, with nothing in flight there: what earlier processes left in doubt
    /// has shown itself by now, or is lost for good.
    /// </summary>
    public void Resolve(string collection)
    {
        foreach (var key in Of(collection).Keys.Values)
        {
            foreach (var write in key.Sent)
            {
                if (write.State == WriteState.Held)
                {
                    JudgeSiblings(write);
                }
            }
        }

        foreach (var key in Of(collection).Keys.Values)
        {
            foreach (var write in key.Sent)
            {
                if (write.State == WriteState.InDoubt && write.Process < Process)
                {
                    write.State = WriteState.Void;
                }
            }
        }
    }

    /// <summary>After a recovery all collections were read: a delete in doubt was finished for all of its keys, or for none.</summary>
    public void ResolveClears()
    {
        foreach (var clear in _clears)
        {
            if (clear.State != WriteState.InDoubt || clear.Process >= Process || clear.IsDecided)
            {
                continue;
            }

            VersionedKey? gone = null;
            VersionedKey? left = null;
            foreach (var key in KeysUnder(clear))
            {
                if (key.Known is { IsDelete: false } known && known.HeldAt < clear.SentAt
                    && !key.Sent.Exists(write => write.IsDelete ? write.SentAt >= known.SentAt
                        : write.State != WriteState.Void && (write.Version == 0 || write.Version > known.Version)))
                {
                    gone = key.IsKnownAbsent && key.FoundAbsentAt >= clear.SentAt && !OtherClearCovers(clear, key)
                        && !IsReportedDamaged(key.Collection.Key) ? key : gone;
                    left = key.IsKnownAbsent ? left : key;
                }
            }

            if (gone is not null && left is not null)
            {
                throw new OracleException(
                    $"the delete of {clear.Target} was cut off, and is not finished: {gone.Known} is gone, {left.Known} is still there");
            }

            // Without a trace either way it may have happened or not, but it will not happen any more.
            clear.IsDecided = true;
            clear.State = left is not null ? WriteState.Void : gone is not null ? WriteState.Held : clear.State;
        }
    }

    private bool OtherClearCovers(SentClear clear, VersionedKey key) =>
        _clears.Exists(other => other != clear && other.State != WriteState.Void && other.Covers(key.Collection.Key)
            && other.EndedAt > key.Known!.SentAt);

    private IEnumerable<VersionedKey> KeysUnder(SentClear clear) =>
        _collections.Values.Where(collection => clear.Covers(collection.Key)).SelectMany(collection => collection.Keys.Values);

    private void JudgeResult(SentWrite write, WriteResult result)
    {
        if (result.Refusal is { } refusal)
        {
            if (refusal.Code is RefusalCode.Timeout or RefusalCode.Unavailable)
            {
                return;
            }

            if (write.State == WriteState.Held)
            {
                throw new OracleException($"{write} was refused ({refusal.Code}), and yet it was seen");
            }

            if (refusal.Code == RefusalCode.PreconditionFailed)
            {
                _answers.JudgeRefused(write);
            }

            write.State = WriteState.Void;
            return;
        }

        AcknowledgedCount++;
        if (result.Version == 0)
        {
            _answers.JudgeNothingDeleted(write, result);
            write.State = WriteState.Void;
            return;
        }

        _answers.JudgeAccepted(write, result);
        write.Key.Hold(write, result.Version, _now);
    }

    private void JudgeAbsent(ReadTicket ticket)
    {
        var key = ticket.Key;
        _trace.Add($"  read {key.Collection.Key} '{key.Key}': none");
        if (ticket.IsAbsent || ticket.Known is not { } known)
        {
            return;
        }

        var isExplained = key.Collection.MayHaveCleared(known) || key.Sent.Exists(write =>
            write.IsDelete && (write.State == WriteState.InDoubt || (write.State == WriteState.Held && write.Version > known.Version)));
        if (!isExplained && IsReportedDamaged(key.Collection.Key))
        {
            key.Rewind(null);
            return;
        }

        if (!isExplained)
        {
            throw new OracleException($"{known} is lost: the key is absent");
        }

        if (key.Known == known)
        {
            key.HoldAbsent(_now);
        }
    }

    /// <summary>A write of an atomic batch holds: then all of them do.</summary>
    private void JudgeSiblings(SentWrite held)
    {
        foreach (var write in held.Siblings)
        {
            if (write.State == WriteState.InDoubt && write.Process < Process && IsUntouchedSince(write)
                && !IsReportedDamaged(write.Key.Collection.Key))
            {
                throw new OracleException($"{held} of an atomic batch holds, and {write} of the same batch does not");
            }
        }
    }

    /// <summary>Whether nothing sent after a write, and nothing beside it, can have hidden it.</summary>
    private static bool IsUntouchedSince(SentWrite write)
    {
        var key = write.Key;
        return !key.Collection.MayHaveCleared(write)
            && !key.Sent.Exists(other => other != write && other.State != WriteState.Void && other.EndedAt > write.SentAt)
            && (write.IsDelete ? !key.IsKnownAbsent : true);
    }

    private SentWrite Sender(VersionedKey key, ReadOnlySpan<byte> value)
    {
        var id = SentWrite.NumberIn(value);
        if (id < 1 || id > _byId.Count || _byId[id - 1] is not { } write || write.Key != key || !write.Value.Span.SequenceEqual(value))
        {
            throw new OracleException(
                $"{key.Collection.Key} '{key.Key}' holds what was never sent: {System.Text.Encoding.UTF8.GetString(value)}");
        }

        return write;
    }
}
