using System.Text;
using EdgeOrleans.Grains;
using EdgeOrleans.Grains.Catalog;
using EdgeOrleans.Grains.Collections;
using EdgeOrleans.Grains.Durability;
using EdgeOrleans.Grains.Local;
using EdgeOrleans.Grains.Memory;
using EdgeOrleans.Grains.Time;
using EdgeOrleans.Grains.WriteBehind;
using EdgeOrleans.Journal;
using EdgeOrleans.Simulation.Mutation;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeOrleans.Simulation.Services;

/// <summary>
/// One life of the service: the real journal, collections, catalog and write-behind, put together as the silo does it,
/// with turns in the place of grains' schedulers.
/// </summary>
internal sealed class ServiceProcess : ICollections, IRegistry
{
    private readonly Turns _turns;
    private readonly SeededRandom _random;
    private readonly Mutant _mutant;
    private readonly CollectionServices _services;
    private readonly SortedDictionary<string, Activation> _activations = new(StringComparer.Ordinal);
    private readonly Turns.Actor _catalogActor;
    private readonly Turns.Actor _saverActor;
    private readonly CollectionCatalog _catalog;

    public ServiceProcess(
        FlashJournal journal,
        ServiceClock clock,
        LimitsOptions limits,
        IReadOnlyList<IStateRows> rows,
        TimeSpan saveAfter,
        int chunkBytes,
        Turns turns,
        SeededRandom random,
        Mutant mutant)
    {
        _turns = turns;
        _random = random.Fork();
        _mutant = mutant;
        var pool = new Turns.Pool(turns, random);
        Journal = journal;
        Clock = clock;
        Damage = new DamageReport(NullLogger<DamageReport>.Instance);
        Targets = [.. rows.Select((row, i) =>
            new WriteBehindTarget(i == 0 ? "primary" : $"secondary {i}", row, i == 0, i == 0 ? saveAfter : TimeSpan.FromSeconds(5), pool)
            {
                ChunkBytes = chunkBytes,
            })];
        _services = new CollectionServices
        {
            Durability = new JournalDurability(journal, new CollectionLoader(Targets[0]), clock, pool, Damage),
            Clock = clock,
            Limits = limits,
            Timeout = TimeSpan.FromSeconds(5),
            Targets = Targets,
            Residents = new ResidentCollections(long.MaxValue, clock),
            Local = new LocalCollections(clock),
            Scheduler = pool,
        };
        _catalogActor = turns.NewActor("catalog");
        _saverActor = turns.NewActor("saver");
        _catalog = new CollectionCatalog(this, limits, clock, _services.Timeout, CancellationToken.None);
        Scheduler = new SaveScheduler(journal, Targets, Save, clock, new Random(random.Below(int.MaxValue)), NullLogger.Instance);
    }

    public FlashJournal Journal { get; }

    public ServiceClock Clock { get; }

    public DamageReport Damage { get; }

    public WriteBehindTarget[] Targets { get; }

    /// <summary>Decides when what is saved; see <see cref="RunSaves"/>.</summary>
    public SaveScheduler Scheduler { get; }

    /// <summary>A step of the write-behind's pump.</summary>
    public bool RunSaves() => _saverActor.Do(Scheduler.RunOnce);

    /// <summary>The collections that are in memory.</summary>
    public IEnumerable<string> ActiveCollections => _activations.Keys;

    public Task<WriteResult[]> Apply(string collection, WriteBatch batch) => On(collection, c => c.Apply(batch));

    /// <summary>A read as the gateway makes it, in the process if that can be, or as an Orleans client does, by a call.</summary>
    public Task<Entry?> Get(string collection, string key)
    {
        var entry = default(LocalEntry);
        var read = _random.Coin() ? _services.Local.Find(collection)?.Read(key, out entry) ?? LocalRead.AskGrain : LocalRead.AskGrain;
        return read switch
        {
            LocalRead.Found => Task.FromResult<Entry?>(new Entry(entry.Value, entry.Version, 0)),
            LocalRead.Absent => Task.FromResult<Entry?>(null),
            _ => Call(),
        };

        Task<Entry?> Call() => On(collection, async c =>
        {
            if (!c.CanRead)
            {
                await c.MakeReadable();
            }

            return _mutant == Mutant.ReadOfPending ? GetPending(c, key) : c.Get(key);
        });
    }

    public Task<KeyPage> List(string collection, ListQuery query) => On(collection, async c =>
    {
        if (!c.CanRead)
        {
            await c.MakeReadable();
        }

        return c.List(query);
    });

    public Task<CollectionInfo> Info(string collectionKey) => On(collectionKey, c => c.Info());

    public async Task<SaveResult> Save(string collection, int target)
    {
        var result = await On(collection, c => c.Save(target));
        if (_mutant == Mutant.TrimBySecondary && target > 0 && result.Outcome == SaveOutcome.Saved)
        {
            Journal.Trim(Journal.OwnerOf(collection), result.Sequence);
        }

        return result;
    }

    public Task<VersionAnswer> Fence(string collectionKey, long atLeast) => On(collectionKey, c => c.Fence(atLeast));

    public Task<ClearAnswer> Clear(string collectionKey, long bound) =>
        On(collectionKey, c => c.Clear(_mutant == Mutant.DeleteWithoutBound ? c.Entries?.LastVersion ?? bound : bound));

    public Task<SystemEntries> ReadSystem() => On(Collection.SystemKey, async c =>
        await c.Load() is { } refusal ? new SystemEntries(refusal, [], [], []) : c.ReadSystem());

    public Task<WriteResult[]> ApplySystem(WriteBatch batch, bool reclaims) =>
        _mutant == Mutant.DeleteNotWrittenDown && batch.Operations is [{ Kind: OperationKind.Set, Key: ['d', '/', ..] }, ..]
            ? Task.FromResult(Array.ConvertAll(batch.Operations, _ => new WriteResult(null, 1, false)))
            : On(Collection.SystemKey, c => c.ApplySystem(batch, reclaims));

    public async Task<Standing> Find(string collectionKey)
    {
        var standing = await OnCatalog(c => c.Find(collectionKey));
        return _mutant == Mutant.DecidedDeleteShown ? new Standing(standing.Refusal, standing.IsListed, standing.ClearedThrough, false) : standing;
    }

    public Task<Refusal?> Register(string collectionKey) =>
        _mutant == Mutant.CollectionNotListed ? Task.FromResult<Refusal?>(null) : OnCatalog(c => c.Register(collectionKey));

    public Task<T> OnCatalog<T>(Func<CollectionCatalog, Task<T>> call) => Call(_catalogActor, () => call(_catalog));

    /// <summary>An idle collection leaves memory; the next call finds a new activation.</summary>
    /// <returns>Whether it was idle.</returns>
    public bool TryDeactivate(string collection)
    {
        if (!_activations.TryGetValue(collection, out var activation) || activation.CallCount > 0)
        {
            return false;
        }

        _activations.Remove(collection);
        activation.Collection.Dispose();
        return true;
    }

    private static Entry? GetPending(Collection collection, string key) =>
        collection.Entries!.TryGetNewest(Encoding.UTF8.GetBytes(key), out var entry, out _)
            ? new Entry(entry.Value, entry.Version, entry.ExpiresAtMicros)
            : null;

    private async Task<T> On<T>(string collection, Func<Collection, Task<T>> call)
    {
        if (!_activations.TryGetValue(collection, out var activation))
        {
            activation = new Activation(_turns.NewActor(collection), new Collection(collection, _services, this, static () => { }, static () => { }));
            _activations.Add(collection, activation);
        }

        activation.CallCount++;
        try
        {
            return await Call(activation.Actor, () => call(activation.Collection));
        }
        finally
        {
            activation.CallCount--;
            if (activation.Collection.HasConflict)
            {
                TryDeactivate(collection);
            }
        }
    }

    /// <summary>What a grain call is: a turn of the one called, and a turn of the caller when there is an answer.</summary>
    private static Task<T> Call<T>(Turns.Actor actor, Func<Task<T>> call)
    {
        var answer = new TaskCompletionSource<T>();
        actor.Post(() => _ = Answer());
        return answer.Task;

        async Task Answer()
        {
            try
            {
                answer.SetResult(await call());
            }
#pragma warning disable CA1031 // It is the caller's, as a grain's exception is.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                answer.SetException(fault);
            }
        }
    }

    private sealed class Activation(Turns.Actor actor, Collection collection)
    {
        public Turns.Actor Actor => actor;

        public Collection Collection => collection;

        public int CallCount { get; set; }
    }
}
