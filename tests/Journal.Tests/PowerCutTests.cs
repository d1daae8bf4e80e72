using System.Globalization;
using EdgeOrleans.Journal.Tests.Disk;

namespace EdgeOrleans.Journal.Tests;

/// <summary>
/// More seeds: JOURNAL_SEEDS=20000 dotnet run --project tests/Journal.Tests -c Release. One seed again: JOURNAL_FIRST_SEED=4711
/// JOURNAL_SEEDS=1 with the same command.
/// </summary>
public sealed class PowerCutTests(ITestOutputHelper output)
{
    private const int Fates = 6;

    [Fact]
    public void Acknowledged_records_survive_power_cuts_kills_failures_and_restarts()
    {
        var seeds = Setting("JOURNAL_SEEDS", 300);
        var first = Setting("JOURNAL_FIRST_SEED", 1);
        var cuts = 0;
        var begun = 0;
        for (var seed = first; seed < first + seeds; seed++)
        {
            using var model = new JournalModel(seed, JournalSetup.Options);
            model.Run(300);
            cuts += model.PowerCuts;
            begun += model.SegmentsBegun;
        }

        output.WriteLine($"{cuts} power cuts, {begun} segments begun");
        Assert.True(seeds < 10 || (cuts > seeds && begun > seeds));
    }

    [Fact]
    public void Acknowledged_records_survive_a_power_cut_at_any_operation_and_another_at_any_operation_of_recovery()
    {
        var total = Script(new FaultyDisk(), new Ledger());
        Assert.InRange(total, 100, 1000);
        for (var cut = 0; cut < total; cut++)
        {
            var disk = new FaultyDisk();
            var ledger = new Ledger();
            CutAt(disk, cut);
            try
            {
                Script(disk, ledger);
                Assert.Fail("The power was not cut.");
            }
            catch (PowerCutException)
            {
            }

            for (var fate = 0; fate < Fates; fate++)
            {
                ledger.Check(Recovered(disk.AfterPowerCut(new Random(fate)), int.MaxValue, fate), $"cut {cut}, fate {fate}");
            }

            for (var second = 0; second < 12; second += 1 + (cut % 3))
            {
                ledger.Check(Recovered(disk.AfterPowerCut(new Random(second)), second, second), $"cut {cut}, then {second}");
            }
        }
    }

    /// <summary>Opens; when the power goes at an operation of that, opens what is left.</summary>
    private static FlashJournal Recovered(FaultyDisk disk, int cutAt, int seed)
    {
        CutAt(disk, cutAt);
        try
        {
            return JournalSetup.Open(disk);
        }
        catch (PowerCutException)
        {
            return JournalSetup.Open(disk.AfterPowerCut(new Random(seed + 1000)));
        }
    }

    /// <summary>First use, segment changes, trims, segments used again, a kill, a clean close, one more start.</summary>
    private static int Script(FaultyDisk disk, Ledger ledger)
    {
        var journal = JournalSetup.Open(disk);
        for (var i = 1; i <= 40; i++)
        {
            ledger.Append(journal, "big", i, i % 3 == 0 ? 14_000 : 5_000);
            if (i % 5 == 0)
            {
                ledger.Append(journal, "small", i, 20);
            }

            journal.Pump();
            ledger.Settle();
            if (i is 20 or 30 or 38)
            {
                ledger.Trim(journal, "big", i - 2);
            }

            if (i == 25)
            {
                journal = JournalSetup.Open(disk);
            }
        }

        journal.Dispose();
        journal = JournalSetup.Open(disk);
        ledger.Append(journal, "small", 100, 20);
        journal.Pump();
        ledger.Settle();
        return disk.Operations;
    }

    private static void CutAt(FaultyDisk disk, int operation)
    {
        var start = disk.Operations;
        disk.Before = (_, _) =>
        {
            if (disk.Operations - start >= operation)
            {
                throw new PowerCutException();
            }
        };
    }

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { } value ? int.Parse(value, CultureInfo.InvariantCulture) : otherwise;

    /// <summary>What was acknowledged, what is in doubt, what was trimmed.</summary>
    private sealed class Ledger
    {
        private readonly Dictionary<string, OwnerModel> _owners = [];

        public void Append(FlashJournal journal, string key, long sequence, int bytes)
        {
            var payload = new byte[bytes];
            new Random((int)sequence).NextBytes(payload);
            var group = journal.Append(key, sequence, payload);
            OwnerOf(key).InDoubt.Add((sequence, payload, group));
        }

        public void Settle()
        {
            foreach (var owner in _owners.Values)
            {
                owner.Settle();
            }
        }

        public void Trim(FlashJournal journal, string key, long sequence)
        {
            OwnerOf(key).Saved = sequence;
            journal.Trim(journal.OwnerOf(key), sequence);
        }

        public void Check(FlashJournal journal, string when)
        {
            try
            {
                Settle();
                Assert.Empty(journal.Recovery.Damage);
                foreach (var owner in _owners.Values)
                {
                    var handle = journal.OwnerOf(owner.Key);
                    Assert.True(handle.TrimmedSequence <= owner.Saved);
                    owner.CheckTail(handle, handle.TrimmedSequence);
                }
            }
            catch (Exception fault)
            {
                throw new InvalidOperationException($"{when}: {fault.Message}", fault);
            }
        }

        private OwnerModel OwnerOf(string key)
        {
            if (!_owners.TryGetValue(key, out var owner))
            {
                _owners[key] = owner = new OwnerModel(key);
            }

            return owner;
        }
    }
}
