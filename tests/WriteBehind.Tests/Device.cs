using System.Buffers.Binary;
using EdgeOrleans.Grains.Entries;
using EdgeOrleans.Grains.WriteBehind;
using EdgeOrleans.Journal;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace EdgeOrleans.WriteBehind.Tests;

/// <summary>
/// A device in small: the real journal, scheduler, savers and loader around collections of the plainest kind.
/// Every activation is compared with what the collection must hold.
/// </summary>
internal sealed class Device : IDisposable
{
    private static int Writers;

    private readonly MemoryDisk _disk = new();
    private readonly JournalOptions _journalOptions;
    private readonly IStateRows[] _rows;
    private readonly TimeSpan[] _saveAfter;
    private readonly Dictionary<string, CollectionSavers> _active = [];
    private readonly OneThread _thread;
    private WriteBehindTarget[] _targets = [];
    private readonly int _chunkBytes;
    private int _life;

    public Device(OneThread thread, IStateRows[] rows, TimeSpan[] saveAfter, int chunkBytes = 256 * 1024, JournalOptions? journalOptions = null)
    {
        _thread = thread;
        _rows = rows;
        _saveAfter = saveAfter;
        _journalOptions = journalOptions ?? new JournalOptions { SegmentBytes = 64 * 1024, MaxBytes = 6 * 64 * 1024, MaxRecordBytes = 8 * 1024, ReserveBytes = 0 };
        _chunkBytes = chunkBytes;
        foreach (var key in new[] { "ns/a", "ns/b", "ns/c" })
        {
            Models.Add(key, new ModelCollection { MaxTombstones = 6 });
        }

        Start();
    }

    public Dictionary<string, ModelCollection> Models { get; } = [];

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero));

    public FlashJournal Journal { get; private set; } = null!;

    public SaveScheduler Scheduler { get; private set; } = null!;

    /// <summary>What an activation found wrong; the scheduler would take it for a failure of storage.</summary>
    public Exception? Fault { get; private set; }

    public int Conflicts { get; private set; }

    public int Activations { get; private set; }

    /// <summary>Starts the process, anew after a kill.</summary>
    public void Start()
    {
        _life++;
        _active.Clear();
        Journal = FlashJournal.Open(_disk, _journalOptions);
        Journal.UseClock(Time);
        _targets = [.. _rows.Select((rows, i) => new WriteBehindTarget($"target {i}", rows, i == 0, _saveAfter[i], _thread) { ChunkBytes = _chunkBytes })];
        Scheduler = new SaveScheduler(Journal, _targets, Save, Time, new Random(_life), NullLogger.Instance);
    }

    /// <summary>Changes a collection and has it durable in the journal. A journal that is full takes nothing.</summary>
    /// <returns>Whether the journal took it.</returns>
    public bool TryChange(string key, Action<ModelCollection> change)
    {
        var before = Models[key];
        var model = before.Copy();
        change(model);
        if (model.Sequence == before.Sequence)
        {
            return true;
        }

        Assert.Equal(before.Sequence + 1, model.Sequence);
        if (!Journal.TryAppend(Journal.OwnerOf(key), [new JournalRecord(model.Sequence, Encode(model))], false, out var group, out var refusal))
        {
            Assert.Equal(AppendRefusal.BacklogFull, refusal);
            return false;
        }

        Models[key] = model;
        while (Journal.DurablePosition < group.Position)
        {
            Assert.True(Journal.RunOnce(), $"{Journal.Failure} {Journal.Pressure}");
        }

        return true;
    }

    /// <summary>Lets the pumps run until they have nothing to do.</summary>
    public void Run()
    {
        while (_thread.Drain() | Scheduler.RunOnce() | Journal.RunOnce())
        {
        }
    }

    public void AssertSound()
    {
        if (Fault is not null)
        {
            throw new InvalidOperationException("an activation was not what it had to be", Fault);
        }
    }

    public void Advance(TimeSpan time)
    {
        Time.Advance(time);
        Run();
    }

    public void Deactivate(string key)
    {
        if (_active.Remove(key, out var savers))
        {
            savers.Stop();
        }
    }

    public async Task AssertSaved(int target)
    {
        foreach (var (key, model) in Models)
        {
            ModelCollection.AssertEqual(model.Snapshot(), await new CollectionLoader(_targets[target]).Load(key, CancellationToken.None));
        }
    }

    public void Dispose()
    {
        Journal.Dispose();
        _disk.Dispose();
    }

    private async Task<SaveResult> Save(string key, int target)
    {
        var life = _life;
        CollectionSavers? savers;
        try
        {
            savers = _active.GetValueOrDefault(key) ?? await Activate(key, life);
        }
        catch (Exception e) when (e is not (IOException or OperationCanceledException))
        {
            Fault ??= e;
            throw;
        }

        var result = await savers.Save(target, Models[key].Snapshot(), CancellationToken.None);
        if (result.Outcome == SaveOutcome.Conflict && life == _life)
        {
            Conflicts++;
            Deactivate(key);
        }

        return result;
    }

    private async Task<CollectionSavers> Activate(string key, int life)
    {
        var owner = Journal.OwnerOf(key);
        for (var attempt = 1; ; attempt++)
        {
            var loaded = await new CollectionLoader(_targets[0]).Load(key, CancellationToken.None);
            if (life != _life)
            {
                throw new OperationCanceledException("the process was killed");
            }

            var recovered = Replay(loaded, owner);
            if (owner.TrimmedSequence > loaded.Outline.Sequence && attempt == 1)
            {
                continue;
            }

            Assert.True(
                owner.TrimmedSequence <= loaded.Outline.Sequence,
                $"{key}: trimmed up to {owner.TrimmedSequence}, but storage has {loaded.Outline.Sequence}");
            Assert.Equal(ModelCollection.Lines(Models[key].Snapshot().Entries()), recovered);
            Activations++;
            if (_active.TryGetValue(key, out var other))
            {
                return other;
            }

            return _active[key] = new CollectionSavers(key, $"writer {Interlocked.Increment(ref Writers)}", _targets, loaded.Outline.State, Models[key].Sequence);
        }
    }

    private static string[] Replay(LoadedCollection loaded, JournalOwner owner)
    {
        var entries = loaded.Entries.ToDictionary(e => Convert.ToHexString(e.Key));
        foreach (var record in owner.ReadTail())
        {
            if (record.Sequence <= loaded.Outline.Sequence)
            {
                continue;
            }

            var change = Decode(record);
            if (change.IsNone)
            {
                entries.Clear();
            }
            else if (change.IsTombstone)
            {
                entries.Remove(Convert.ToHexString(change.Key));
            }
            else
            {
                entries[Convert.ToHexString(change.Key)] = change;
            }
        }

        return ModelCollection.Lines(entries.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => e.Value));
    }

    private static byte[] Encode(ModelCollection model)
    {
        var change = model.LastChange;
        if (change.IsNone)
        {
            return [0];
        }

        var record = new byte[1 + 8 + 8 + 4 + change.Bytes];
        record[0] = change.IsTombstone ? (byte)1 : (byte)2;
        BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(1), change.Version);
        BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(9), change.ExpiresAtMicros);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(17), change.Key.Length);
        change.Key.CopyTo(record.AsSpan(21));
        change.Value.Span.CopyTo(record.AsSpan(21 + change.Key.Length));
        return record;
    }

    private static StoredEntry Decode(TailRecord record)
    {
        var bytes = record.Payload.Span;
        if (bytes[0] == 0)
        {
            return default;
        }

        var version = BinaryPrimitives.ReadInt64LittleEndian(bytes[1..]);
        var expiry = BinaryPrimitives.ReadInt64LittleEndian(bytes[9..]);
        var keyLength = BinaryPrimitives.ReadInt32LittleEndian(bytes[17..]);
        var key = bytes.Slice(21, keyLength);
        return bytes[0] == 1
            ? StoredEntry.CreateTombstone(key, record.Sequence, version)
            : StoredEntry.Create(key, bytes[(21 + keyLength)..], record.Sequence, version, expiry);
    }
}
