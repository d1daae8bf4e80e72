using EdgeOrleans.Journal.Tests.Disk;

namespace EdgeOrleans.Journal.Tests;

public sealed class RandomDamageTests
{
    private const int Seeds = 400;

    [Fact]
    public void Whatever_goes_bad_the_journal_starts_and_what_is_missing_is_among_what_it_reports()
    {
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var trace = new List<string>();
            try
            {
                Run(new Random(seed), trace);
            }
            catch (Exception fault)
            {
                throw new InvalidOperationException($"Seed {seed}: {fault.Message}\n{string.Join('\n', trace)}", fault);
            }
        }
    }

    private static void Run(Random random, List<string> trace)
    {
        var disk = new FaultyDisk();
        var sent = Write(disk, random, out var newest);
        trace.Add(JournalDump.Of(disk));
        Damage(disk, random, trace);
        var journal = JournalSetup.Open(disk);
        for (var start = 0; start < 2; start++)
        {
            var found = new HashSet<string>();
            foreach (var key in sent.Keys.Select(record => record.Owner).Distinct())
            {
                foreach (var record in journal.OwnerOf(key).ReadTail())
                {
                    Assert.True(sent.TryGetValue((key, record.Sequence), out var payload), $"{key} {record.Sequence} was never sent.");
                    Assert.True(payload.AsSpan().SequenceEqual(record.Payload.Span), $"{key} {record.Sequence} has another payload.");
                    found.Add(key + " " + record.Sequence);
                }
            }

            var missing = sent.Keys.Where(record => !found.Contains(record.Owner + " " + record.Sequence)).ToList();
            var report = journal.Recovery;
            Assert.True(
                missing.Count == 0 || report.Damage.Any(damage => !damage.OwnersAreCertain) || report.TornTail is not null
                || missing.All(record => journal.DamagedOwners.Contains(record.Owner) || newest.Contains(record)),
                $"Missing without a word: {string.Join(", ", missing)}");

            // What a start has shown, the next one shows as well.
            foreach (var record in missing)
            {
                sent.Remove(record);
            }

            journal = JournalSetup.Open(disk);
        }
    }

    private static Dictionary<(string Owner, long Sequence), byte[]> Write(FaultyDisk disk, Random random, out HashSet<(string Owner, long Sequence)> newest)
    {
        var sent = new Dictionary<(string Owner, long Sequence), byte[]>();
        var journal = JournalSetup.Open(disk);

        // Noise over all of the newest frame looks like what the segment's last use has left: that alone cannot be told.
        newest = [];
        for (var i = 0; i < 32; i++)
        {
            newest.Clear();
            var records = random.Next(1, 4);
            for (var record = 0; record < records; record++)
            {
                var owner = journal.OwnerOf("owner/" + random.Next(5));
                var payload = new byte[random.Next(5) == 0 ? random.Next(6000) : random.Next(100)];
                random.NextBytes(payload);
                var sequence = owner.LastSequence + 1;
                journal.Append(owner.Key, sequence, payload);
                sent[(owner.Key, sequence)] = payload;
                newest.Add((owner.Key, sequence));
            }

            journal.Pump();
            if (random.Next(25) == 0)
            {
                journal = JournalSetup.Open(disk);
            }
        }

        return sent;
    }

    private static void Damage(FaultyDisk disk, Random random, List<string> trace)
    {
        var segments = disk.List().Where(name => name.EndsWith(".segment")).ToList();
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var name = segments[random.Next(segments.Count)];
            var file = disk[name];
            var offset = random.Next((int)Math.Max(1, file.Length - 512));
            var kind = random.Next(4);
            trace.Add($"{name} {offset} {(kind switch { 0 => "flipped", 1 => "noise", 2 => "unreadable", _ => "cut" })}");
            switch (kind)
            {
                case 0 when file.Length > 0:
                    file.Flip(offset, (byte)(1 << random.Next(8)));
                    break;
                case 1:
                    for (var at = offset / 512 * 512; at < Math.Min((offset / 512 * 512) + 512, file.Length); at++)
                    {
                        file.Flip(at, (byte)random.Next(256));
                    }

                    break;
                case 2:
                    file.BadSectors.Add(offset / 512);
                    break;
                default:
                    file.Truncate(offset);
                    break;
            }
        }
    }
}
