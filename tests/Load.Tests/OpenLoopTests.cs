namespace EdgeOrleans.Load.Tests;

/// <summary>What an open loop must not hide.</summary>
public sealed class OpenLoopTests
{
    [Fact]
    public async Task Stall_counts_for_all_requests_that_were_due_during_it()
    {
        // One connection, 100 requests due within a second, and the first answer comes when that second is nearly over:
        // measured from the sending, all others would be fast.
        var reads = 0;
        await using var service = new FakeService(async line =>
        {
            if (line.StartsWith("POST", StringComparison.Ordinal))
            {
                return (201, "{}");
            }

            if (Interlocked.Increment(ref reads) == 1)
            {
                await Task.Delay(900);
            }

            return (200, $"{{\"value\":\"{new string('x', 98)}\"}}");
        });
        var run = await Generator.Run(
            "get", "--address", service.Address, "--users", "1", "--rate", "100", "--duration", "1", "--warmup", "0", "--p99-ms", "60000");
        var step = Assert.Single(run.Steps);
        Assert.Equal(100, step.GetProperty("count").GetInt64());
        Assert.True(step.GetProperty("p50_ms").GetDouble() > 300, run.Transcript);
    }
}
