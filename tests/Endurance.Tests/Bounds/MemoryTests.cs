using System.Globalization;
using EdgeOrleans.Endurance.Tests.Traffic;
using EdgeOrleans.Oracle;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Endurance.Tests.Bounds;

/// <summary>More data than the memory budget: collections leave and come back, and nobody who asks for them notices more than time.</summary>
public sealed class MemoryTests(ITestOutputHelper output)
{
    private const long MiB = 1024 * 1024;

    // A process with a just-in-time compiler needs 72 MiB more for itself (MemoryBudget), and is to have the same heap.
    private static readonly long Budget = ServiceBinary.IsGiven ? 96 * MiB : 168 * MiB;

    private const int Collections = 60;
    private const int Keys = 1000;

    [Fact]
    public async Task Twice_the_budget_for_collections_is_written_and_read_back_within_the_budget()
    {
        using var directory = new ServiceDirectory();
        await using var service = await Running.Start(directory, ("Memory:BudgetBytes", $"{Budget}"), JournalOf(96 * MiB));
        var peak = 0L;
        for (var collection = 0; collection < Collections; collection++)
        {
            var reply = await service.Client.SetBatch(Enumerable.Range(0, Keys).Select(key => (At(collection, key), Value(collection, key))));
            Assert.True(reply.Body.Contains($"\"success_count\":{Keys}", StringComparison.Ordinal), $"{reply.Status} {reply.Body}");
            peak = Math.Max(peak, ResidentBytes(service.Process.Id));
        }

        // Round and round: the least recently used is always the next.
        for (var i = 0; i < 3 * Collections; i++)
        {
            var (collection, key) = (i % Collections, i * 7 % Keys);
            var reply = await service.Client.Get(At(collection, key));
            Assert.Equal(200, reply.Status);
            Assert.Contains(Value(collection, key), reply.Body, StringComparison.Ordinal);
            peak = Math.Max(peak, ResidentBytes(service.Process.Id));
        }

        output.WriteLine($"peak of {peak / 1e6:f1} MB, budget {Budget / 1e6:f1} MB");

        Assert.True(peak <= Budget, $"peak of {peak} bytes");
    }

    [Fact]
    public async Task Collection_that_is_larger_in_memory_than_their_share_is_read_after_it_has_left()
    {
        // As large as Limits:CollectionBytes lets it be, of entries so small that what they cost beside their bytes makes it larger than 20 MiB.
        const int Batches = 125;
        const int ValueBytes = 120;
        using var directory = new ServiceDirectory();
        await using (var service = await Running.Start(directory, ("Memory:BudgetBytes", $"{Budget}")))
        {
            for (var batch = 0; batch < Batches; batch++)
            {
                var reply = await service.Client.SetBatch(Enumerable.Range(batch * Keys, Keys).Select(static key => (At(0, key), Small(key))));
                Assert.Equal(0, reply.Number("failure_count"));
            }

            await service.Process.Kill();
        }

        await using var again = await Running.Start(directory, ("Memory:BudgetBytes", $"{Budget}"));
        for (var batch = 0; batch < Batches; batch++)
        {
            var reply = await again.Client.Get(At(0, batch * Keys));
            Assert.True(reply.Status == 200, reply.ToString());
            Assert.Contains(Small(batch * Keys), reply.Body, StringComparison.Ordinal);
        }

        var resident = ResidentBytes(again.Process.Id);
        Assert.True(resident <= Budget, $"{resident} bytes are resident");

        static string Small(int key) => $"\"{key.ToString(CultureInfo.InvariantCulture).PadLeft(ValueBytes - 2, 'v')}\"";
    }

    [Fact]
    public async Task Values_near_the_largest_at_the_least_budget_are_written_and_read_or_refused_and_nothing_else()
    {
        // Two and a half times what may stay in memory, of values of which a few at once fill the rest.
        const int Large = 40;
        const int Users = 4;
        using var directory = new ServiceDirectory();
        await using var service = await Running.Start(directory, ("Memory:BudgetBytes", $"{Budget}"), JournalOf(160 * MiB));
        var written = new int[Large];
        var peak = 0L;
        var (taken, refused) = (0, 0);
        await Task.WhenAll(Enumerable.Range(0, Users).Select(user => Task.Run(() => Use(user))));

        // None is left that cannot be read, and nothing that makes the next write fail.
        for (var collection = 0; collection < Large; collection++)
        {
            if (written[collection] > 0)
            {
                await Read(collection, service.Client);
            }

            Assert.Equal(201, (await service.Client.Set(At(collection, 0), Big(collection, 1000))).Status);
        }

        output.WriteLine($"{taken} written, {refused} refused, peak of {peak / 1e6:f1} MB, budget {Budget / 1e6:f1} MB");

        // A machine that does other work too may keep somebody waiting for longer than he waits; that is no rule.
        Assert.InRange(refused, 0, taken / 10);

        async Task Use(int user)
        {
            using var client = new KvClient(service.Process.Address);
            var random = new Random(user);
            for (var i = 1; i <= 60; i++)
            {
                var collection = (random.Next(Large / Users) * Users) + user;
                if (written[collection] > 0 && random.Next(2) == 0)
                {
                    await Read(collection, client);
                    continue;
                }

                var reply = await client.Set(At(collection, 0), Big(collection, i));
                peak = Math.Max(peak, ResidentBytes(service.Process.Id));
                if (reply.Status == 201)
                {
                    written[collection] = i;
                    Interlocked.Increment(ref taken);
                    continue;
                }

                Assert.True(reply is { Status: 503, RetryAfter: not null } && reply.Body.Contains("try again", StringComparison.Ordinal), reply.ToString());
                Interlocked.Increment(ref refused);
                output.WriteLine(reply.ToString());
            }
        }

        async Task Read(int collection, KvClient client)
        {
            var reply = await client.Get(At(collection, 0));
            Assert.True(reply.Status == 200, $"{reply.Status} {reply.Body[..Math.Min(200, reply.Body.Length)]}");
            Assert.Contains(Big(collection, written[collection]), reply.Body, StringComparison.Ordinal);
        }

        static string Big(int collection, int version) => $"\"{collection}-{version}-{new string('v', 900_000)}\"";
    }

    [Fact]
    public async Task Collection_of_tiny_entries_is_full_before_memory_is()
    {
        using var directory = new ServiceDirectory();
        await using var service = await Running.Start(directory, ("Memory:BudgetBytes", $"{Budget}"));
        var reply = default(Reply);
        var batches = 0;
        for (; reply.Status == 0 || reply.Number("failure_count") == 0; batches++)
        {
            reply = await service.Client.SetBatch(Enumerable.Range(batches * Keys, Keys).Select(static key => (At(0, key), "1")));
            Assert.True(reply.Status == 200, reply.ToString());
        }

        Assert.InRange(batches, 200, 1000);
        Assert.Contains("COLLECTION_FULL", reply.Body, StringComparison.Ordinal);
        Assert.Contains("Memory:BudgetBytes", reply.Body, StringComparison.Ordinal);
        Assert.Equal(201, (await service.Client.Set(At(1, 0), "1")).Status);
        Assert.Equal(200, (await service.Client.Get(At(0, 0))).Status);
        var resident = ResidentBytes(service.Process.Id);
        Assert.True(resident <= Budget, $"{resident} bytes are resident");
    }

    /// <summary>Half of it is less than is written, so that collections are saved, and all of it more, so that a slow disk is no reason to refuse.</summary>
    private static (string Option, string Value) JournalOf(long bytes) => ("Journal:MaxBytes", $"{bytes}");

    private static Place At(int collection, int key) => new("memory", $"c{collection}", $"k{key}");

    private static string Value(int collection, int key) => $"\"{collection}-{key}-{new string('v', 960)}\"";

    private static long ResidentBytes(int process)
    {
        const int PageBytes = 4096;
        return long.Parse(File.ReadAllText($"/proc/{process}/statm").Split(' ')[1], CultureInfo.InvariantCulture) * PageBytes;
    }
}
