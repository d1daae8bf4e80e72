using BenchmarkDotNet.Attributes;
using EdgeOrleans.Journal;

namespace EdgeOrleans.Load.Micro;

/// <summary>What the write-behind asks the journal at each save, of many collections and of few.</summary>
public class UnsavedBenchmarks
{
    // What the scheduler asks for at once.
    private const int AtMost = 64;

    private Scratch _scratch = null!;
    private FileDisk _disk = null!;
    private FlashJournal _journal = null!;

    /// <summary>Collections with a record that storage lacks.</summary>
    [Params(100, 10_000)]
    public int Collections { get; set; }

    [GlobalSetup]
    public void Open()
    {
        _scratch = new Scratch();
        _disk = new FileDisk(_scratch.Path);
        _journal = FlashJournal.Open(_disk, new JournalOptions { ReserveBytes = 0 });
        for (var i = 0; i < Collections; i++)
        {
            if (!_journal.TryAppend(_journal.OwnerOf($"bench/{i}"), [new JournalRecord(1, new byte[128])], reclaims: false, out _, out var refusal))
            {
                throw new InvalidOperationException($"The journal refuses: {refusal}.");
            }
        }

        while (_journal.RunOnce())
        {
        }
    }

    [GlobalCleanup]
    public void Close()
    {
        _journal.Dispose();
        _disk.Dispose();
        _scratch.Dispose();
    }

    [Benchmark]
    public JournalPressure Pressure() => _journal.Pressure;

    [Benchmark]
    public IReadOnlyList<JournalOwner> Oldest_to_save() => _journal.OwnersToSave(AtMost);
}
