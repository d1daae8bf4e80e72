using System.Text;
using EdgeOrleans.Journal.Tests.Disk;

namespace EdgeOrleans.Journal.Tests;

/// <summary>
/// Drives a journal through appends, trims, restarts, kills and power cuts from one seed, and knows at each moment what
/// must be there: everything acknowledged, nothing that was never sent, of what is in doubt a prefix.
/// </summary>
internal sealed class JournalModel(int seed, JournalOptions options) : IDisposable
{
    private readonly Random _random = new(seed);
    private readonly Dictionary<string, OwnerModel> _owners = [];
    private readonly StringBuilder _trace = new();
    private FaultyDisk _disk = new();
    private FlashJournal? _journal;
    private int _cutAt = int.MaxValue;
    private int _failAt = int.MaxValue;
    private bool _isSmall;

    public int PowerCuts { get; private set; }

    public int SegmentsBegun { get; private set; }

    public void Run(int steps)
    {
        try
        {
            Watch();
            _isSmall = _random.Next(3) == 0;
            _disk.Capacity = _isSmall ? 10 * options.SegmentBytes : _disk.Capacity;
            Open();
            for (var i = 0; i < steps; i++)
            {
                Step();
            }
        }
        catch (Exception fault)
        {
            throw new InvalidOperationException($"Seed {seed}: {fault.Message}\n{_trace}{JournalDump.Of(_disk)}", fault);
        }
    }

    public void Dispose() => _disk.Dispose();

    private void Step()
    {
        try
        {
            switch (_random.Next(100))
            {
                case < 45:
                    Append();
                    break;
                case < 75:
                    Pump();
                    break;
                case < 90:
                    Trim();
                    break;
                case < 92:
                    Close();
                    break;
                case < 94:
                    // A kill: the cache stays, whatever was flushed or not.
                    Note("kill");
                    Open();
                    break;
                case < 95:
                    _failAt = _disk.Operations + _random.Next(12);
                    break;
                default:
                    _cutAt = _disk.Operations + _random.Next(12);
                    break;
            }
        }
        catch (PowerCutException)
        {
            Cut();
        }
    }

    private void Cut()
    {
        // Recovery may be cut as well, more than once.
        while (true)
        {
            if (_random.Next(4) == 0)
            {
                Note("killed");
            }
            else
            {
                PowerCuts++;
                Note("cut");
                _disk = _disk.AfterPowerCut(_random);
                Watch();
            }

            _cutAt = _random.Next(3) == 0 ? _disk.Operations + _random.Next(8) : int.MaxValue;
            try
            {
                Open();
                return;
            }
            catch (PowerCutException)
            {
            }
        }
    }

    private void Watch() => _disk.Before = (operation, name) =>
    {
        _trace.Append("  ").Append(operation).Append(' ').AppendLine(name);
        SegmentsBegun += operation == "rename" && name.StartsWith("spare") ? 1 : 0;
        if (_disk.Operations >= _failAt && !name.StartsWith("quarantine"))
        {
            _trace.AppendLine("  which fails");
            _failAt = int.MaxValue;
            throw new IOException("Input/output error (injected).");
        }

        if (_disk.Operations >= _cutAt)
        {
            _cutAt = int.MaxValue;
            throw new PowerCutException();
        }
    };

    private void Append()
    {
        var owner = OwnerOf(_random.Next(4));
        var handle = _journal!.OwnerOf(owner.Key);
        var first = Math.Max(handle.LastSequence, owner.Saved) + 1;
        var records = new JournalRecord[_random.Next(4) == 0 ? _random.Next(2, 30) : 1];
        for (var i = 0; i < records.Length; i++)
        {
            var payload = new byte[_random.Next(20) == 0 ? _random.Next(20 * 1024) : _random.Next(200)];
            _random.NextBytes(payload);
            records[i] = new JournalRecord(first + i, payload);
        }

        if (_journal.TryAppend(handle, records, _random.Next(10) == 0, out var group, out var refusal))
        {
            Note($"append {owner.Key} {first}+{records.Length} in {group.Position}");
            owner.InDoubt.AddRange(records.Select(record => (record.Sequence, record.Payload.ToArray(), group)));
        }
        else
        {
            Note($"append {owner.Key} refused {refusal}");
        }
    }

    private void Pump()
    {
        var rounds = _random.Next(1, 4);
        Note($"pump {rounds}");
        for (var i = 0; i < rounds; i++)
        {
            _journal!.RunOnce();
        }

        SettleAll();
        if (_journal!.Failure is { } failure)
        {
            // Nothing is ever tried again; only a restart helps.
            Assert.Contains("injected", failure);
            var operations = _disk.Operations;
            Assert.False(_journal.RunOnce());
            Assert.False(_journal.TryAppend(_journal.OwnerOf("late"), [new JournalRecord(1, default)], true, out _, out var refusal));
            Assert.Equal(AppendRefusal.Failed, refusal);
            Assert.All(_owners.Values.SelectMany(owner => owner.InDoubt), pending => Assert.True(pending.Group.Outcome.IsCompleted));
            Assert.Equal(operations, _disk.Operations);
            Note("restart after " + failure);
            Open();
        }

        Check(_journal);
    }

    private void SettleAll()
    {
        foreach (var owner in _owners.Values)
        {
            owner.Settle();
        }
    }

    private void Trim()
    {
        var owner = OwnerOf(_random.Next(4));
        if (owner.Acknowledged.Count == 0)
        {
            return;
        }

        // Saved as of some moment: everything settled up to a sequence.
        owner.Saved = Math.Max(owner.Saved, _random.Next(3) == 0
            ? owner.Acknowledged.Keys.ElementAt(_random.Next(owner.Acknowledged.Count))
            : owner.Acknowledged.Keys.Last());
        Note($"trim {owner.Key} {owner.Saved}");
        _journal!.Trim(_journal.OwnerOf(owner.Key), owner.Saved);
        Assert.Equal(owner.Saved, _journal.OwnerOf(owner.Key).TrimmedSequence);
    }

    private void Close()
    {
        Note("close");
        var hadRoom = !_isSmall && _journal!.Pressure.UsedBytes < options.MaxBytes;
        _journal!.Dispose();
        SettleAll();
        var wasClean = hadRoom && _journal.Failure == "The journal is closed.";
        var marks = _owners.Values.Select(owner => _journal.OwnerOf(owner.Key).TrimmedSequence).ToList();
        Open();
        if (wasClean)
        {
            Assert.Equal(marks, _owners.Values.Select(owner => _journal.OwnerOf(owner.Key).TrimmedSequence));
        }
    }

    private void Open()
    {
        _failAt = _random.Next(12) == 0 ? _disk.Operations + _random.Next(12) : int.MaxValue;
        try
        {
            _journal = JournalSetup.Open(_disk, options, seed);
        }
        catch (IOException)
        {
            Note("open again");
            _journal = JournalSetup.Open(_disk, options, seed);
        }

        _failAt = int.MaxValue;
        Note($"open {_journal.Recovery.TornTail} used {_journal.Pressure.UsedBytes}");
        Assert.Empty(_journal.Recovery.Damage);
        Assert.True(_journal.Pressure.UsedBytes <= options.MaxBytes + (3 * options.SegmentBytes), "The pool grows.");
        foreach (var owner in _owners.Values)
        {
            var handle = _journal.OwnerOf(owner.Key);
            Note($"  {owner.Key} trimmed {handle.TrimmedSequence} of {owner.Saved}, last {handle.LastSequence}");
            owner.Recover(handle, _isSmall);
        }
    }

    private void Check(FlashJournal journal)
    {
        foreach (var owner in _owners.Values)
        {
            var handle = journal.OwnerOf(owner.Key);
            owner.CheckTail(handle, _isSmall ? owner.Saved : handle.TrimmedSequence);
        }

        var unsaved = journal.OwnersToSave(int.MaxValue);
        Assert.Equal(_owners.Keys.Where(key => journal.OwnerOf(key).HasTail).Order(), unsaved.Select(owner => owner.Key).Order());
    }

    private OwnerModel OwnerOf(int index)
    {
        var key = "space/" + index;
        if (!_owners.TryGetValue(key, out var owner))
        {
            _owners[key] = owner = new OwnerModel(key);
        }

        return owner;
    }

    private void Note(string line) => _trace.AppendLine(line);
}

/// <summary>What one owner has sent, what was acknowledged of it, and what its primary target has.</summary>
internal sealed class OwnerModel(string key)
{
    public string Key { get; } = key;

    public SortedDictionary<long, byte[]> Acknowledged { get; } = [];

    public List<(long Sequence, byte[] Payload, CommitGroup Group)> InDoubt { get; } = [];

    public long Saved { get; set; }

    public void Settle()
    {
        foreach (var (sequence, payload, group) in InDoubt)
        {
            if (group.Outcome.IsCompleted && group.Outcome.Result == CommitOutcome.Durable)
            {
                Acknowledged[sequence] = payload;
            }
        }

        InDoubt.RemoveAll(pending => Acknowledged.ContainsKey(pending.Sequence));
    }

    /// <param name="owner">As recovered.</param>
    /// <param name="isDiskSmall">On a full disk a segment may be freed before its marks are written: then the tail may begin late.</param>
    public void Recover(JournalOwner owner, bool isDiskSmall)
    {
        Settle();
        Assert.True(owner.TrimmedSequence <= Saved, $"{Key} is trimmed to {owner.TrimmedSequence}, saved to {Saved}.");
        var tail = CheckTail(owner, isDiskSmall ? Saved : owner.TrimmedSequence);

        // What a restart has shown is there for good; what it has not can never come back.
        foreach (var (sequence, payload) in tail)
        {
            Acknowledged[sequence] = payload;
        }

        InDoubt.Clear();
    }

    /// <summary>The tail is everything acknowledged above a sequence, then a prefix of what is in doubt.</summary>
    public List<(long Sequence, byte[] Payload)> CheckTail(JournalOwner owner, long above)
    {
        var tail = owner.ReadTail().Select(record => (record.Sequence, Payload: record.Payload.ToArray())).ToList();
        Assert.Equal(tail.Count > 0, owner.HasTail);
        tail.RemoveAll(record => record.Sequence <= above);
        var expected = Acknowledged.Where(entry => entry.Key > above).Select(entry => (entry.Key, entry.Value))
            .Concat(InDoubt.Select(pending => (pending.Sequence, pending.Payload))).ToList();
        var least = Acknowledged.Count(entry => entry.Key > above);
        Assert.True(
            tail.Count >= least && tail.Count <= expected.Count,
            $"{Key} has {tail.Count} records above {above}, {least} to {expected.Count} expected: {string.Join(' ', tail.Select(record => record.Sequence))}.");
        for (var i = 0; i < tail.Count; i++)
        {
            Assert.True(
                tail[i].Sequence == expected[i].Item1 && tail[i].Payload.AsSpan().SequenceEqual(expected[i].Item2),
                $"{Key} has {tail[i].Sequence} where {expected[i].Item1} was expected, or another payload.");
        }

        return tail;
    }
}
