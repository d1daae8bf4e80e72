using EdgeOrleans.Oracle;

namespace EdgeOrleans.Simulation.Judgement;

/// <summary>
/// The oracle by which the real process is judged when it is killed, told of what a seed's clients send and get. It knows what the
/// promise is to any client: what was acknowledged stays, what was deleted is gone. <see cref="VersionOracle"/> adds what only the
/// simulator can know: versions, preconditions, atomic batches, and what damage excuses. This one is asked before it, so that a seed
/// shows what the real process would be found out by, and no longer once anything was damaged.
/// </summary>
internal sealed class SharedOracle(Func<bool> isAnythingDamaged)
{
    private readonly WriteOracle _oracle = new();
    private bool _isInDoubt;

    /// <summary>Full checks that it judged to their end.</summary>
    public int SettledCount { get; private set; }

    /// <summary>The moment before a read is sent.</summary>
    public long Now() => _oracle.Now();

    /// <summary>A client sends operations.</summary>
    public Sent[] Send(SentWrite[] writes) =>
        Array.ConvertAll(writes, write => write.IsDelete ? _oracle.BeginDelete(write.Key.Place) : _oracle.BeginSet(write.Key.Place, write.Id));

    /// <summary>The answer to what was sent.</summary>
    public void Answer(SentWrite[] writes, Sent[] sent, WriteResult[] results)
    {
        for (var i = 0; i < sent.Length; i++)
        {
            var answer = results[i].Refusal switch
            {
                null => Oracle.Answer.Acknowledged,
                { Code: RefusalCode.Timeout or RefusalCode.Unavailable } => Oracle.Answer.InDoubt,
                _ => Oracle.Answer.Refused,
            };
            _isInDoubt |= answer == Oracle.Answer.InDoubt;
            _oracle.End(writes[i].Key.Place, sent[i], answer);
        }
    }

    /// <summary>A client asks for the delete of collections.</summary>
    public Sent SendClear(IEnumerable<string> collections) => _oracle.BeginClear(collections.Select(Split));

    /// <summary>The answer to a delete of collections. One that is refused may have been written down, and be carried out later.</summary>
    public void AnswerClear(Sent clear, Refusal? refusal)
    {
        _isInDoubt |= refusal is not null;
        _oracle.EndClear(clear, refusal is null ? Oracle.Answer.Acknowledged : Oracle.Answer.InDoubt);
    }

    /// <summary>The process died.</summary>
    public void ProcessDied()
    {
        _isInDoubt = false;
        _oracle.ProcessEnded();
    }

    /// <summary>What a read found that began at a moment.</summary>
    public void Read(VersionedKey key, Entry? found, long readAt) => Judge(_oracle.Read(key.Place, NumberOf(found), readAt));

    /// <summary>
    /// Everything was read, with nothing in flight. That decides what earlier processes left in doubt; what this one has answered
    /// without saying how it ends can still come to be, and then nothing is settled.
    /// </summary>
    public void Settle(IReadOnlyList<(VersionedKey Key, Entry? Found)> read, IReadOnlySet<string> listed)
    {
        if (_isInDoubt)
        {
            return;
        }

        foreach (var (key, found) in read)
        {
            Judge(_oracle.Settle(key.Place, NumberOf(found)));
        }

        foreach (var collection in _oracle.Collections)
        {
            Judge(collection.Settle(listed.Contains(CollectionKey.Join(collection.Namespace, collection.Name))));
        }

        SettledCount += isAnythingDamaged() ? 0 : 1;
    }

    private void Judge(string? fault)
    {
        if (fault is not null && !isAnythingDamaged())
        {
            throw new SharedOracleException(fault);
        }
    }

    private static long NumberOf(Entry? found) => found is null ? 0 : SentWrite.NumberIn(found.Value.Span);

    private static (string Namespace, string Name) Split(string collection) =>
        CollectionKey.TrySplit(collection, out var ns, out var name) ? (ns, name) : throw new ArgumentException(collection, nameof(collection));
}
