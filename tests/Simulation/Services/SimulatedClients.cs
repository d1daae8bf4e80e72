using EdgeOrleans.Simulation.Judgement;

namespace EdgeOrleans.Simulation.Services;

/// <summary>Clients of one process: they send, and tell the oracles what they sent and what came back.</summary>
internal sealed class SimulatedClients(
    ServiceProcess process, VersionOracle oracle, SharedOracle shared, Names names, SeededRandom random, Turns turns, Trace trace)
{
    private readonly Turns.Actor _actor = turns.NewActor("clients");

    /// <summary>Requests without an answer.</summary>
    public int InFlightCount { get; private set; }

    /// <summary>What went wrong in a request.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>The process is gone: answers that still come are nobody's.</summary>
    public bool IsGone { get; set; }

    /// <summary>Sends one request drawn at random.</summary>
    public void SendSomething(Temper temper)
    {
        var collection = names.Collection(random);
        switch (random.Below(100))
        {
            case < 50:
                Write(collection, [Wish(collection, temper)], atomic: false);
                break;
            case < 62:
                Write(collection, Wishes(collection, temper), atomic: false);
                break;
            case < 70:
                Write(collection, Wishes(collection, temper), atomic: true);
                break;
            case < 88:
                Run(() => Read(collection, names.Key(random)));
                break;
            case < 92:
                Run(() => ReadPage(collection));
                break;
            case < 94:
                Run(() => Query(() => process.Info(collection)));
                break;
            case < 96:
                Run(() => Query(() => process.OnCatalog(c => c.ListNamespaces())));
                break;
            case < 98 when temper.DeletesCollections:
                Run(() => Delete(collection));
                break;
            case 98 when temper.DeletesCollections:
                Run(() => Delete(collection[..(collection.IndexOf('/', StringComparison.Ordinal) + 1)]));
                break;
            default:
                Run(() => Query(() => process.OnCatalog(c => c.NamespaceInfo(collection[..collection.IndexOf('/', StringComparison.Ordinal)]))));
                break;
        }
    }

    /// <summary>Runs a request, or a row of them, as a client.</summary>
    public void Run(Func<Task> request)
    {
        InFlightCount++;
        _actor.Post(() => _ = RunToEnd());

        async Task RunToEnd()
        {
            try
            {
                await request();
            }
#pragma warning disable CA1031 // The world looks at it after the turn.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                Failure ??= IsGone ? null : fault;
            }
            finally
            {
                InFlightCount--;
            }
        }
    }

    /// <summary>Reads one key.</summary>
    /// <returns>What was found; false when the collection could not be read.</returns>
    public async Task<(bool IsRead, Entry? Entry)> Read(string collection, string key)
    {
        var readAt = shared.Now();
        var ticket = oracle.BeginRead(collection, key);
        try
        {
            var entry = await process.Get(collection, key);
            if (IsGone)
            {
                return (false, null);
            }

            shared.Read(ticket.Key, entry, readAt);
            oracle.EndRead(ticket, entry);
            return (true, entry);
        }
        catch (RefusedException refused)
        {
            trace.Add($"  read {collection} '{key}': {refused.Refusal}");
            return (false, null);
        }
    }

    private void Write(string collection, Wish[] wishes, bool atomic) => Run(async () =>
    {
        var sent = oracle.Send(collection, wishes, atomic);
        var sharedSent = shared.Send(sent);
        var results = await process.Apply(collection, new WriteBatch
        {
            Operations = Array.ConvertAll(sent, write => write.ToOperation()),
            Atomic = atomic,
        });
        if (!IsGone)
        {
            oracle.Answer(sent, results);
            shared.Answer(sent, sharedSent, results);
        }
    });

    private Wish[] Wishes(string collection, Temper temper)
    {
        var wishes = new Wish[random.Between(2, 8)];
        for (var i = 0; i < wishes.Length; i++)
        {
            wishes[i] = Wish(collection, temper);
        }

        return wishes;
    }

    private Wish Wish(string collection, Temper temper)
    {
        var key = names.Key(random);
        var kind = random.Below(5) == 0 ? OperationKind.Delete : OperationKind.Set;
        var bytes = random.PerMille(temper.LargePerMille) ? random.Between(500, 6000) : random.Between(10, 100);
        return random.Below(6) switch
        {
            0 => new Wish(kind, key, bytes, random.Coin() ? PreconditionKind.Absent : PreconditionKind.Exists),
            1 => new Wish(kind, key, bytes, PreconditionKind.Version, oracle.Of(collection).Of(key).KnownVersion),
            _ => new Wish(kind, key, bytes),
        };
    }

    private async Task ReadPage(string collection)
    {
        // Every key of a page was there at one moment, so its history must allow that it was; the full check compares lists with reads.
        var tickets = names.Keys.ToDictionary(key => key, key => oracle.BeginRead(collection, key));
        try
        {
            var page = await process.List(collection, new ListQuery { Limit = random.Between(1, 20), Prefix = random.Coin() ? "" : "k" });
            if (!IsGone && page.Keys.FirstOrDefault(key => !tickets.ContainsKey(key)) is { } stranger)
            {
                throw new OracleException($"{collection} lists '{stranger}', which was never sent");
            }
        }
        catch (RefusedException refused)
        {
            trace.Add($"  list {collection}: {refused.Refusal}");
        }
    }

    private async Task Delete(string target)
    {
        var clear = oracle.SendClear(target);
        var sharedClear = shared.SendClear(names.CollectionsUnder(target));
        var refusal = await process.OnCatalog(catalog =>
            target[^1] == '/' ? catalog.DeleteNamespace(target[..^1])
            : CollectionKey.TrySplit(target, out var ns, out var collection) ? catalog.DeleteCollection(ns, collection)
            : throw new InvalidOperationException(target));
        if (!IsGone)
        {
            oracle.AnswerClear(clear, refusal);
            shared.AnswerClear(sharedClear, refusal);
        }
    }

    private async Task Query<T>(Func<Task<T>> query)
    {
        try
        {
            _ = await query();
        }
        catch (RefusedException refused)
        {
            trace.Add($"  query: {refused.Refusal}");
        }
    }
}
