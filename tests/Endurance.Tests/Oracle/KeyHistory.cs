namespace EdgeOrleans.Endurance.Tests.Oracle;

/// <summary>
/// All that was sent about one key since it was last known for certain, and what that allows it to hold. Used by many senders at once.
/// </summary>
/// <remarks>
/// The rule: what is found must have been sent, and nothing acknowledged may have begun after it was over. A read counts as an
/// acknowledgement of what it showed, since nothing is shown that is not durable.
/// </remarks>
internal sealed class KeyHistory(string key)
{
    // Only for people, to see how a key came to where it is.
    private const int RememberedRounds = 6;

    private readonly Lock _gate = new();
    private readonly List<Sent> _sent = [];
    private readonly Queue<string> _past = [];
    private Sent _known = new(SentKind.Delete, 0, 0) { EndedAt = 0, Answer = Answer.Acknowledged };

    public string Key { get; } = key;

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
    public string? Read(long foundId, long readAt, IReadOnlyList<Sent> clears)
    {
        lock (_gate)
        {
            if (Fault(foundId, readAt, clears) is { } fault)
            {
                return fault;
            }

            var now = Moment.Next();
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
    public string? Settle(long foundId, IReadOnlyList<Sent> clears)
    {
        lock (_gate)
        {
            var fault = Fault(foundId, long.MaxValue, clears);
            if (fault is null && _sent.Count == 0 && clears.Count == 0)
            {
                return null;
            }

            _past.Enqueue(Lines(clears));
            if (_past.Count > RememberedRounds)
            {
                _past.Dequeue();
            }

            var now = Moment.Next();
            _known = new Sent(foundId == 0 ? SentKind.Delete : SentKind.Set, foundId, now) { EndedAt = now, Answer = Answer.Acknowledged };
            _sent.Clear();
            return fault;
        }
    }

    /// <summary>What a copy holds of which only what was acknowledged before <paramref name="begunAt"/> is certain.</summary>
    /// <returns>Why it cannot hold that; <see langword="null"/> when it can.</returns>
    public string? Look(long foundId, long begunAt, IReadOnlyList<Sent> clears)
    {
        lock (_gate)
        {
            return Fault(foundId, begunAt, clears);
        }
    }

    /// <summary>Everything sent, for people.</summary>
    public string Describe(IReadOnlyList<Sent> clears)
    {
        lock (_gate)
        {
            return $"{Key}\n{string.Join("  (restart)\n", _past.Append(Lines(clears)))}";
        }
    }

    private string Lines(IReadOnlyList<Sent> clears) => string.Concat(
        _sent.Select(static s => (s, "")).Concat(clears.Select(static s => (s, " of the collection or namespace"))).Prepend((_known, " known"))
            .OrderBy(static line => line.Item1.SentAt)
            .Select(static line => $"  {line.Item1}{line.Item2}\n"));

    private Sent? Find(long id) =>
        _known.Kind == SentKind.Set && _known.Id == id ? _known : _sent.Find(s => s.Kind == SentKind.Set && s.Id == id);

    private string? Fault(long foundId, long readAt, IReadOnlyList<Sent> clears)
    {
        var all = _sent.Concat(clears).Append(_known);
        var acknowledged = all.Where(s => s.Answer == Answer.Acknowledged && s.EndedAt < readAt);
        if (foundId == 0)
        {
            // Some delete, or a set that is in doubt and was deleted: the latest that any delete may have taken effect.
            var gone = all.Where(static s => s.Kind == SentKind.Delete && s.Answer != Answer.Refused).Select(static s => s.EndedAt).DefaultIfEmpty(-1).Max();
            var lost = acknowledged.Where(static s => s.LeavesValue).MaxBy(static s => s.SentAt);
            return lost is null || lost.SentAt <= gone ? null : $"holds nothing, but nothing sent deleted it after: {lost}";
        }

        if (Find(foundId) is not { } found)
        {
            return $"holds {foundId}, which was never sent, or was known to be gone";
        }

        if (found.Answer == Answer.Refused)
        {
            return $"holds what was refused: {found}";
        }

        var later = acknowledged.Where(s => s != found && !(s.Kind == SentKind.Read && s.Id == foundId)).MaxBy(static s => s.SentAt);
        return later is null || later.SentAt <= found.EndedAt ? null : $"holds {found}, but this came after it: {later}";
    }
}
