using BenchmarkDotNet.Attributes;
using EdgeOrleans.Journal;

namespace EdgeOrleans.Load.Micro;

/// <summary>The journal's part of a start: a million records of a hundred owners, none of them saved.</summary>
public class RecoveryBenchmarks
{
    private const int Records = 1_000_000;
    private const int Owners = 100;
    private const int RecordsPerGroup = 1000;

    private static readonly JournalOptions Options = new() { MaxBytes = 1L << 30, ReserveBytes = 0 };

    private Scratch _scratch = null!;

    [GlobalSetup]
    public void Fill()
    {
        _scratch = new Scratch();
        using var disk = new FileDisk(_scratch.Path);
        using var journal = FlashJournal.Open(disk, Options);
        var owners = Enumerable.Range(0, Owners).Select(i => journal.OwnerOf($"bench/{i}")).ToArray();
        var record = new byte[128];
        using var thread = new JournalThread(journal);
        for (var i = 0; i < Records; i++)
        {
            if (!journal.TryAppend(owners[i % Owners], [new JournalRecord(1 + (i / Owners), record)], reclaims: false, out var group, out var refusal))
            {
                throw new InvalidOperationException($"The journal refuses: {refusal}.");
            }

            if (i % RecordsPerGroup == RecordsPerGroup - 1)
            {
                group.Outcome.Wait();
            }
        }
    }

    [GlobalCleanup]
    public void Remove() => _scratch.Dispose();

    [Benchmark]
    public long Recover_a_million_records()
    {
        using var disk = new FileDisk(_scratch.Path);
        using var journal = FlashJournal.Open(disk, Options);
        return journal.OwnerOf("bench/0").LastSequence;
    }
}
