namespace EdgeOrleans.Simulation;

/// <summary>
/// Runs what asynchronous code has to go on with, one turn at a time on this one thread, in an order drawn from the seed.
/// Each <see cref="Actor"/> is single-threaded and first in, first out, as a grain activation is; between actors any order may come.
/// </summary>
internal sealed class Turns(SeededRandom random)
{
    private readonly List<Actor> _ready = [];

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

    /// <summary>The process is gone, and with it all that it had still to do.</summary>
    public void Kill()
    {
        foreach (var actor in _ready)
        {
            actor.Drop();
        }

        _ready.Clear();
    }

    /// <summary>One single-threaded party: a grain activation, a client, the thread pool.</summary>
    internal sealed class Actor(Turns turns, string name) : SynchronizationContext
    {
        private readonly Queue<(SendOrPostCallback Callback, object? State)> _queue = new();

        public override void Post(SendOrPostCallback d, object? state)
        {
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
            var before = Current;
            SetSynchronizationContext(this);
            try
            {
                callback(state);
            }
            finally
            {
                SetSynchronizationContext(before);
                _queue.Dequeue();
            }

            return _queue.Count;
        }

        public void Drop() => _queue.Clear();
    }
}
