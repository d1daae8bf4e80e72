using System.Globalization;
using EdgeOrleans.Grains.WriteBehind;
using EdgeOrleans.WriteBehind.Tests;

namespace EdgeOrleans.Simulation.Storage;

/// <summary>
/// A storage of rows under ETags: each row is written whole or not at all, calls fail, hang, answer late, or commit and lose the answer.
/// A local one (SQLite on the same card) loses at a cut what came after its last checkpoint, but for a prefix, and its calls die with the process.
/// A remote one (PostgreSQL at a site) loses nothing, and a call of a dead process may still arrive.
/// </summary>
internal sealed class SimulatedStorage(string name, bool isLocal, SeededRandom random, Trace trace)
{
    private readonly Dictionary<(string Collection, string Row), Row> _rows = [];
    private readonly List<Change> _undurable = [];
    private readonly List<Call> _calls = [];
    private long _nextETag = 1;

    /// <summary>What may go wrong from now on.</summary>
    public StorageFaults Faults { get; } = new();

    /// <summary>The life of the database: a damaged one is set aside and a new one begun.</summary>
    public long Epoch { get; private set; } = 1;

    /// <summary>Calls that have not been answered.</summary>
    public int OpenCallCount => _calls.Count;

    /// <summary>Rows written since the start of the seed.</summary>
    public long WriteCount { get; private set; }

    private readonly List<Connection> _connections = [];

    /// <summary>Called with each row that is written.</summary>
    public Action<byte[]>? Written { get; set; }

    /// <summary>The storage for a process that starts now.</summary>
    public IStateRows Connect()
    {
        var connection = new Connection(this);
        _connections.Add(connection);
        return connection;
    }

    /// <summary>The process of one connection is gone; what it had asked for may be done yet.</summary>
    public void Disconnect(IStateRows connection)
    {
        if (connection is Connection own)
        {
            own.IsGone = true;
            _connections.Remove(own);
        }
    }

    /// <summary>The process is killed. What it had asked of a local storage is not done; a remote one may do it yet.</summary>
    public void Kill()
    {
        _connections.ForEach(connection => connection.IsGone = true);
        _connections.Clear();
        if (isLocal)
        {
            _calls.Clear();
        }
        else
        {
            _calls.RemoveAll(call => call.IsDone || random.Coin());
        }
    }

    /// <summary>The power goes; a prefix of what was not durable is there afterwards.</summary>
    public void Cut()
    {
        Kill();
        if (!isLocal)
        {
            return;
        }

        var survivors = random.Below(3) switch { 0 => 0, 1 => _undurable.Count, _ => random.Between(0, _undurable.Count) };
        trace.Add($"    {name}: {survivors} of {_undurable.Count} rows not yet made durable survived");
        for (var i = _undurable.Count - 1; i >= survivors; i--)
        {
            var change = _undurable[i];
            if (change.Before is { } before)
            {
                _rows[change.Key] = before;
            }
            else
            {
                _rows.Remove(change.Key);
            }
        }

        _undurable.Clear();
    }

    /// <summary>The database was found damaged and was set aside: a new one is empty.</summary>
    public void BeginAnew()
    {
        trace.Add($"    {name}: DAMAGED, set aside; a new one begins");
        Epoch++;
        _rows.Clear();
        _undurable.Clear();
    }

    /// <summary>All works again.</summary>
    public void Heal()
    {
        Faults.FailPerMille = Faults.LatePerMille = Faults.HangPerMille = Faults.LostAnswerPerMille = 0;
        Faults.IsAway = false;
    }

    /// <summary>One of the open calls gets its answer, drawn at random.</summary>
    /// <returns><see langword="false"/> when none is open.</returns>
    public bool AnswerOne(bool alsoHanging)
    {
        var start = _calls.Count == 0 ? 0 : random.Below(_calls.Count);
        for (var i = 0; i < _calls.Count; i++)
        {
            var call = _calls[(start + i) % _calls.Count];
            if (alsoHanging || !call.IsHanging)
            {
                _calls.Remove(call);
                call.Answer(Faults.IsAway || random.PerMille(Faults.FailPerMille));
                return true;
            }
        }

        return false;
    }

    private Task<T> Enter<T>(Connection connection, string what, Func<T> work, CancellationToken ct)
    {
        if (connection.IsGone)
        {
            return Task.FromException<T>(new StorageFailedException("the process is gone"));
        }

        if (ct.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(ct);
        }

        var draw = random.Below(1000);
        if (Faults.IsAway ? draw < 800 : (draw -= Faults.FailPerMille) < 0)
        {
            trace.Add($"    {name}: {what} FAILS");
            return Task.FromException<T>(new StorageFailedException($"{name} does not answer (simulated)."));
        }

        if (!Faults.IsAway && (draw -= Faults.LostAnswerPerMille) < 0)
        {
            trace.Add($"    {name}: {what} is done and its answer LOST");
            try
            {
                work();
            }
            catch (RowConflictException)
            {
                // Nothing was done, and the answer that would say so is lost.
            }

            return Task.FromException<T>(new StorageFailedException($"the connection to {name} broke (simulated)."));
        }

        var hangs = Faults.IsAway || (draw -= Faults.HangPerMille) < 0;
        if (hangs || draw - Faults.LatePerMille < 0)
        {
            trace.Add($"    {name}: {what} {(hangs ? "HANGS" : "is late")}");
            var call = new Call<T>(this, what, work, hangs);
            _calls.Add(call);
            if (random.Coin())
            {
                // Done at once, answered late; else done when it is answered.
                call.Do();
            }

            call.GiveUpOn(ct);
            return call.Task;
        }

        trace.Add($"    {name}: {what}");
        try
        {
            return Task.FromResult(work());
        }
        catch (RowConflictException conflict)
        {
            return Task.FromException<T>(conflict);
        }
    }

    private StateRow Read((string Collection, string Row) key) =>
        _rows.TryGetValue(key, out var row) ? new StateRow(row.Payload, row.ETag) : new StateRow(default, null);

    private string Write((string Collection, string Row) key, byte[] payload, string? etag)
    {
        Row? before = _rows.TryGetValue(key, out var row) ? row : null;
        if (before?.ETag != etag)
        {
            trace.Add($"    {name}: CONFLICT at {key.Collection} {key.Row}: {etag ?? "none"} was sent, {before?.ETag ?? "none"} is there");
            throw new RowConflictException($"{key.Collection} {key.Row}: sent {etag ?? "none"}, found {before?.ETag ?? "none"}");
        }

        var written = new Row(payload, (_nextETag++).ToString(CultureInfo.InvariantCulture));
        _rows[key] = written;
        WriteCount++;
        Written?.Invoke(payload);
        if (isLocal)
        {
            _undurable.Add(new Change(key, before));
        }

        return written.ETag;
    }

    private bool Checkpoint()
    {
        _undurable.Clear();
        return true;
    }

    private readonly record struct Row(byte[] Payload, string ETag);

    private readonly record struct Change((string Collection, string Row) Key, Row? Before);

    /// <summary>What one process sees.</summary>
    private sealed class Connection(SimulatedStorage storage) : IStateRows
    {
        public bool IsGone { get; set; }

        public long Epoch => storage.Epoch;

        public Task<StateRow> Read(string collectionKey, string row, CancellationToken ct) =>
            storage.Enter(this, $"read {collectionKey} {row}", () => storage.Read((collectionKey, row)), ct);

        public Task<string> Write(
            string collectionKey, string row, ReadOnlyMemory<byte> payload, string? etag, CancellationToken ct)
        {
            var copy = payload.ToArray();
            return storage.Enter(
                this,
                $"write {collectionKey} {row}, {payload.Length} bytes, over {etag ?? "none"}",
                () => storage.Write((collectionKey, row), copy, etag),
                ct);
        }

        public Task<IReadOnlyDictionary<string, long>> ListSaved(CancellationToken ct) =>
            storage.Enter(this, "list", () => SavedThrough.Of(storage._rows.Select(row => (row.Key.Collection, row.Key.Row, row.Value.Payload))), ct);

        public Task MakeDurable(CancellationToken ct) => storage.Enter(this, "make durable", storage.Checkpoint, ct);
    }

    private abstract class Call(bool hangs)
    {
        public bool IsHanging => hangs;

        public bool IsDone { get; protected set; }

        public abstract void Do();

        public abstract void Answer(bool fails);
    }

    private sealed class Call<T>(SimulatedStorage storage, string what, Func<T> work, bool hangs) : Call(hangs)
    {
        private readonly TaskCompletionSource<T> _answer = new();
        private T? _result;
        private RowConflictException? _conflict;

        public Task<T> Task => _answer.Task;

        public override void Do()
        {
            IsDone = true;
            try
            {
                _result = work();
            }
            catch (RowConflictException conflict)
            {
                _conflict = conflict;
            }
        }

        public override void Answer(bool fails)
        {
            if (fails)
            {
                storage.Note($"{what} fails after all");
                _answer.TrySetException(new StorageFailedException("gave up (simulated)."));
                return;
            }

            if (!IsDone)
            {
                Do();
            }

            storage.Note($"answers {what}");
            _ = _conflict is null ? _answer.TrySetResult(_result!) : _answer.TrySetException(_conflict);
        }

        /// <summary>The caller stops waiting; what it asked for may be done all the same, even later.</summary>
        public void GiveUpOn(CancellationToken ct) => ct.Register(() => _answer.TrySetCanceled(ct));
    }

    private void Note(FormattableString what) => trace.Add($"    {name}: {what}");
}
