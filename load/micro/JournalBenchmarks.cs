using BenchmarkDotNet.Attributes;
using EdgeOrleans.Journal;

namespace EdgeOrleans.Load.Micro;

/// <summary>Appends that share a flush: one operation is all of them, from the first append to the last acknowledgement.</summary>
public class JournalBenchmarks
{
    private readonly byte[] _record = new byte[128];
    private Scratch _scratch = null!;
    private FileDisk _disk = null!;
    private FlashJournal _journal = null!;
    private JournalThread _thread = null!;
    private JournalOwner _owner = null!;
    private Task[] _waiters = [];
    private long _sequence;

    /// <summary>Records of 128 bytes that wait at once.</summary>
    [Params(1, 16, 64, 256)]
    public int Waiters { get; set; }

    [GlobalSetup]
    public void Open()
    {
        _scratch = new Scratch();
        _disk = new FileDisk(_scratch.Path);
        _journal = FlashJournal.Open(_disk, new JournalOptions { ReserveBytes = 0 });
        _thread = new JournalThread(_journal);
        _owner = _journal.OwnerOf("bench/journal");
        _waiters = new Task[Waiters];
    }

    [GlobalCleanup]
    public void Close()
    {
        _thread.Dispose();
        _journal.Dispose();
        _disk.Dispose();
        _scratch.Dispose();
    }

    [Benchmark]
    public async Task Append_and_commit()
    {
        for (var i = 0; i < Waiters; i++)
        {
            if (!_journal.TryAppend(_owner, [new JournalRecord(++_sequence, _record)], reclaims: false, out var group, out var refusal))
            {
                throw new InvalidOperationException($"The journal refuses: {refusal}.");
            }

            _waiters[i] = group.Outcome;
        }

        await Task.WhenAll(_waiters);

        // Or the journal would be full after some seconds. Costs no write now.
        _journal.Trim(_owner, _sequence);
    }
}
