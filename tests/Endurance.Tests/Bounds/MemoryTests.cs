using System.Globalization;
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
        await using var service = await Running.Start(directory, ("Memory:BudgetBytes", $"{Budget}"));
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

    private static Place At(int collection, int key) => new("memory", $"c{collection}", $"k{key}");

    private static string Value(int collection, int key) => $"\"{collection}-{key}-{new string('v', 960)}\"";

    private static long ResidentBytes(int process)
    {
        const int PageBytes = 4096;
        return long.Parse(File.ReadAllText($"/proc/{process}/statm").Split(' ')[1], CultureInfo.InvariantCulture) * PageBytes;
    }
}
