namespace EdgeOrleans.Simulation;

/// <summary>
/// Runs what asynchronous code has to go on with, one turn at a time on this one thread, in an order drawn from the seed.
/// Each <see cref="Actor"/> is single-threaded and first in, first out, as a grain activation is; between actors any order may come.
/// </summary>
/// <remarks>One for each process: what is left of a dead one's work is never run.</remarks>
internal sealed class Turns(SeededRandom random)
{
    private readonly List<Actor> _ready = [];
    private readonly int _thread = Environment.CurrentManagedThreadId;

    /// <summary>Something went on on another thread: the seed would not repeat.</summary>
    public bool HasLeftThread { get; private set; }

    /// <summary>Turns that wait.</summary>
    public bool HasWork => _ready.Count > 0;

    public Actor NewActor(string name) => new(this, name);

    /// <summary>Runs one turn of an actor drawn at random.</summary>
    /// <returns><see langword="false"/> when there was none.</returns>
    public bool RunOne()
    {
        if (_ready.Count == 0)
        {
            return false;
        }

        var index = random.Below(_ready.Count);
        var actor = _ready[index];
        if (actor.Run() == 0)
        {
            _ready[index] = _ready[^1];
            _ready.RemoveAt(_ready.Count - 1);
        }

        return true;
    }

    /// <summary>One single-threaded party: a grain activation, a client, the thread pool.</summary>
    internal sealed class Actor(Turns turns, string name) : SynchronizationContext
    {
        private readonly Queue<(SendOrPostCallback Callback, object? State)> _queue = new();

        public override void Post(SendOrPostCallback d, object? state)
        {
            if (Environment.CurrentManagedThreadId != turns._thread)
            {
                turns.HasLeftThread = true;
                return;
            }

            _queue.Enqueue((d, state));
            if (_queue.Count == 1)
            {
                turns._ready.Add(this);
            }
        }

        public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException();

        public override SynchronizationContext CreateCopy() => this;

        public override string ToString() => name;

        /// <summary>Queues a turn.</summary>
        public void Post(Action turn) => Post(static state => ((Action)state!)(), turn);

        /// <summary>Runs the oldest turn.</summary>
        /// <returns>How many are left.</returns>
        public int Run()
        {
            var (callback, state) = _queue.Peek();
            try
            {
                Do(() =>
                {
                    callback(state);
                    return true;
                });
            }
            finally
            {
                _queue.Dequeue();
            }

            return _queue.Count;
        }

        /// <summary>Does something now, as this actor: what it awaits comes back here.</summary>
        public T Do<T>(Func<T> what)
        {
            var before = Current;
            SetSynchronizationContext(this);
            try
            {
                return what();
            }
            finally
            {
                SetSynchronizationContext(before);
            }
        }
    }

    /// <summary>The thread pool: work given to it runs on a few actors, so it may overtake other work.</summary>
    internal sealed class Pool : TaskScheduler
    {
        private const int Size = 3;

        private readonly Actor[] _actors;
        private readonly SeededRandom _random;

        public Pool(Turns turns, SeededRandom random)
        {
            _actors = [.. Enumerable.Range(0, Size).Select(i => turns.NewActor($"pool {i}"))];
            _random = random;
        }

        protected override void QueueTask(Task task) => _actors[_random.Below(Size)].Post(_ => TryExecuteTask(task), null);

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

        protected override IEnumerable<Task> GetScheduledTasks() => [];
    }
}
