namespace EdgeOrleans.Oracle;

/// <summary>
/// All that was sent about one key since it was last known for certain, and what that allows it to hold. Used by many senders at once.
/// </summary>
/// <remarks>
/// The rule: what is found must have been sent, and nothing acknowledged may have begun after it was over. A read counts as an
/// acknowledgement of what it showed, since nothing is shown that is not durable.
/// </remarks>
internal sealed class KeyHistory(CollectionHistory collection, Moments moments)
{
    // Only for people, to see how a key came to where it is.
    private const int RememberedRounds = 6;

    private readonly Lock _gate = new();
    private readonly List<Sent> _sent = [];
    private readonly Queue<Sent[]> _past = [];
    private Sent _known = new(SentKind.Delete, 0, 0) { EndedAt = 0, Answer = Answer.Acknowledged };

    public CollectionHistory Collection => collection;

    /// <summary>Of the sets without an answer how many are there, and how many are not, given what was found.</summary>
    public (int Kept, int Dropped) DoubtAbout(long foundId)
    {
        lock (_gate)
        {
            var doubtful = _sent.Where(static s => s.Kind == SentKind.Set && s.Answer == Answer.InDoubt).ToArray();
            var kept = doubtful.Count(s => s.Id == foundId);
            return (kept, doubtful.Length - kept);
        }
    }

    public void Add(Sent sent)
    {
        lock (_gate)
        {
            _sent.Add(sent);
        }
    }

    /// <summary>A read that began at <paramref name="readAt"/> and found the set with this number, or 0 for no value.</summary>
    /// <returns>Why that cannot be; <see langword="null"/> when it can.</returns>
    public string? Read(long foundId, long readAt)
    {
        lock (_gate)
        {
            if (Fault(foundId, readAt) is { } fault)
            {
                return fault;
            }

            var now = moments.Next();
            if (foundId != 0 && Find(foundId) is { } set)
            {
                set.EndedAt = Math.Min(set.EndedAt, now);
            }

            _sent.Add(new Sent(SentKind.Read, foundId, readAt) { EndedAt = now, Answer = Answer.Acknowledged });
            return null;
        }
    }

    /// <summary>
    /// What the key holds after a restart, before anything else is sent: from here on that is certain, and whatever was in doubt and
    /// is not there must never appear.
    /// </summary>
    /// <returns>Why it cannot hold that; <see langword="null"/> when it can.</returns>
    public string? Settle(long foundId)
    {
        lock (_gate)
        {
            var round = Round();
            var fault = Fault(foundId, long.MaxValue);
            if (fault is null && round.Length == 1)
            {
                return null;
            }

            _past.Enqueue(round);
            if (_past.Count > RememberedRounds)
            {
                _past.Dequeue();
            }

            var now = moments.Next();
            _known = new Sent(foundId == 0 ? SentKind.Delete : SentKind.Set, foundId, now) { EndedAt = now, Answer = Answer.Acknowledged };
            _sent.Clear();
            return fault;
        }
    }

    /// <summary>What a copy holds of which only what was acknowledged before <paramref name="begunAt"/> is certain.</summary>
    /// <returns>Why it cannot hold that; <see langword="null"/> when it can.</returns>
    public string? Look(long foundId, long begunAt)
    {
        lock (_gate)
        {
            return Fault(foundId, begunAt);
        }
    }

    /// <summary>Nothing sent so far takes effect any more.</summary>
    public void ProcessEnded(long endedAt)
    {
        lock (_gate)
        {
            foreach (var sent in _sent)
            {
                sent.EndedAt = Math.Min(sent.EndedAt, endedAt);
                if (sent is { Kind: SentKind.Set, Answer: Answer.InDoubt })
                {
                    // A reader may have seen it before.
                    collection.SetCutOff(sent.EndedAt);
                }
            }
        }
    }

    /// <summary>Everything sent, for people.</summary>
    private string Describe() => string.Join("  (restart)\n", _past.Append(Round()).Select(static round => string.Concat(
        round.OrderBy(static sent => sent.SentAt).Select(sent => $"  {sent}{(sent == round[0] ? " known" : "")}\n"))));

    /// <summary>What was known first, and what was sent since.</summary>
    private Sent[] Round() => [_known, .. _sent, .. collection.Clears()];

    private Sent? Find(long id) =>
        _known.Kind == SentKind.Set && _known.Id == id ? _known : _sent.Find(s => s.Kind == SentKind.Set && s.Id == id);

    private string? Fault(long foundId, long readAt)
    {
        var fault = foundId == 0 ? FaultOfNothing(readAt) : FaultOfValue(foundId, readAt);
        return fault is null ? null : $"{fault}\n{Describe()}";
    }

    private string? FaultOfNothing(long readAt)
    {
        var clears = collection.Clears();
        var deletedAt = _known.Kind == SentKind.Delete ? _known.EndedAt : -1;
        foreach (var sent in _sent)
        {
            // A set in doubt may be what was deleted, so it is the latest that any delete may have taken effect.
            if (sent.Kind == SentKind.Delete && sent.Answer != Answer.Refused)
            {
                deletedAt = Math.Max(deletedAt, sent.EndedAt);
            }
        }

        var lost = IsLost(_known) ? _known : null;
        foreach (var sent in _sent)
        {
            lost = IsLost(sent) && sent.SentAt > (lost?.SentAt ?? -1) ? sent : lost;
        }

        return lost is null ? null : $"holds nothing, but nothing sent deleted it after: {lost}";

        bool IsLost(Sent sent) => sent.LeavesValue && IsCertain(sent, readAt) && sent.SentAt > deletedAt && !IsCleared(sent);

        bool IsCleared(Sent sent)
        {
            foreach (var clear in clears)
            {
                if (clear.Answer != Answer.Refused && clear.EndedAt >= sent.SentAt && clear.ReachesUntil >= SetOf(sent).SentAt)
                {
                    return true;
                }
            }

            return false;
        }
    }

    private string? FaultOfValue(long foundId, long readAt)
    {
        if (Find(foundId) is not { } found)
        {
            return $"holds {foundId}, which was never sent, or was known to be gone";
        }

        if (found.Answer == Answer.Refused)
        {
            return $"holds what was refused: {found}";
        }

        Sent? later = null;
        Weigh(_known);
        _sent.ForEach(Weigh);
        Array.ForEach(collection.Clears(), Weigh);
        return later is null || later.SentAt <= found.EndedAt ? null : $"holds {found}, but this came after it: {later}";

        void Weigh(Sent sent)
        {
            if (IsCertain(sent, readAt) && sent != found && !(sent.Kind == SentKind.Read && sent.Id == foundId)
                && sent.SentAt > (later?.SentAt ?? -1))
            {
                later = sent;
            }
        }
    }

    /// <summary>The set whose value this left in its place.</summary>
    private Sent SetOf(Sent sent) => sent.Kind == SentKind.Read ? Find(sent.Id)! : sent;

    private static bool IsCertain(Sent sent, long readAt) => sent.Answer == Answer.Acknowledged && sent.EndedAt < readAt;
}
