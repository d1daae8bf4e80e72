using EdgeOrleans.Grains;
using EdgeOrleans.Grains.Collections;
using EdgeOrleans.Grains.Durability;
using EdgeOrleans.Grains.Local;
using EdgeOrleans.Grains.Memory;
using EdgeOrleans.Grains.Time;
using EdgeOrleans.Grains.WriteBehind;
using EdgeOrleans.Simulation.Clock;
using EdgeOrleans.Simulation.Mutation;
using EdgeOrleans.Simulation.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeOrleans.Simulation.Cluster;

/// <summary>
/// One server of a cluster, which believes that it alone has the collection: the real commits over a connection of its own, with turns in
/// the place of the grain's scheduler. Its clock is wrong by an offset.
/// </summary>
internal sealed class ClusterServer : IRegistry, IDisposable
{
    private readonly Turns _turns;
    private readonly string _collection;
    private readonly CollectionServices _services;
    private Activation? _active;

    public ClusterServer(
        string name, string collection, SimulatedStorage storage, SimulatedKernel kernel, TimeSpan clockOffset, int chunkBytes, int slotCount, Turns turns, SeededRandom random, Mutant mutant)
    {
        Name = name;
        _turns = turns;
        _collection = collection;
        var pool = new Turns.Pool(turns, random);
        var clock = new ServiceClock(0, new WrongClock(kernel, clockOffset), new RightSource());
        Connection = storage.Connect();
        var rows = MutatedRows.Around(Connection, mutant);
        var breaker = new StorageBreaker(rows, clock, pool, NullLogger.Instance);
        var target = new WriteBehindTarget(name, new GuardedRows(rows, breaker, clock, new SemaphoreSlim(64)), isPrimary: true, TimeSpan.Zero, pool)
        {
            ChunkBytes = chunkBytes,
            TakesEveryWrite = true,
            SlotCount = slotCount,
            ReadsAtOnce = 3,
        };
        _services = new CollectionServices
        {
            Durability = new StorageDurability(target, breaker, 4096, clock, pool) { InlineCompletions = true },
            Clock = clock,
            Limits = new LimitsOptions(),
            Timeout = TimeSpan.FromSeconds(5),
            Targets = [target],
            Residents = new ResidentCollections(long.MaxValue, clock),
            Local = new LocalCollections(clock),
            Scheduler = pool,
        };
    }

    public string Name { get; }

    public IStateRows Connection { get; }

    /// <summary>A grain call.</summary>
    public async Task<T> Call<T>(Func<Collection, Task<T>> call)
    {
        var active = _active ??= Activate();
        var answer = new TaskCompletionSource<T>();
        active.Calls++;
        active.Actor.Post(() => _ = Answer());
        try
        {
            return await answer.Task;
        }
        finally
        {
            active.Calls--;
            LeaveWhenIdle(active);
        }

        async Task Answer()
        {
            try
            {
                answer.SetResult(await call(active.Collection));
            }
#pragma warning disable CA1031 // It is the caller's, as a grain's exception is.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                answer.SetException(fault);
            }
        }
    }

    /// <summary>The activation goes in good order once it is idle; the next call makes a new one.</summary>
    public void Deactivate()
    {
        if (_active is { } leaving)
        {
            _active = null;
            leaving.IsLeaving = true;
            LeaveWhenIdle(leaving);
        }
    }

    /// <summary>The world ends.</summary>
    public void Dispose() => _active?.Collection.Dispose();

    public Task<Standing> Find(string collectionKey) => Task.FromResult(new Standing(null, true, 0, false));

    public Task<Refusal?> Register(string collectionKey) => Task.FromResult<Refusal?>(null);

    private Activation Activate()
    {
        Activation? active = null;
        return active = new Activation(
            _turns.NewActor($"{Name}'s activation"), new Collection(_collection, _services, this, static () => { }, () => Leave(active!)));
    }

    private void Leave(Activation leaving)
    {
        if (_active == leaving)
        {
            Deactivate();
        }
    }

    private static void LeaveWhenIdle(Activation leaving)
    {
        if (leaving is not { IsLeaving: true, Calls: 0, HasLeft: false })
        {
            return;
        }

        leaving.HasLeft = true;
        leaving.Actor.Post(() => _ = Finish());

        async Task Finish()
        {
            await leaving.Collection.Finish(TimeSpan.FromSeconds(3));
            leaving.Collection.Dispose();
        }
    }

    private sealed class Activation(Turns.Actor actor, Collection collection)
    {
        public Turns.Actor Actor => actor;

        public Collection Collection => collection;

        public int Calls { get; set; }

        public bool IsLeaving { get; set; }

        public bool HasLeft { get; set; }
    }

    private sealed class RightSource : IClockSource
    {
        public bool IsSynchronised => true;
    }

    private sealed class WrongClock(SimulatedKernel kernel, TimeSpan offset) : TimeProvider
    {
        public override long TimestampFrequency => kernel.TimestampFrequency;

        public override long GetTimestamp() => kernel.GetTimestamp();

        public override DateTimeOffset GetUtcNow() => kernel.GetUtcNow() + offset;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            kernel.CreateTimer(callback, state, dueTime, period);
    }
}
