using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Load.Tests;

/// <summary>Every scenario against the real service, for a second each.</summary>
public sealed class ScenarioTests(RunningService running) : IClassFixture<RunningService>
{
    [Theory]
    [InlineData("get", "get")]
    [InlineData("health", "get")]
    [InlineData("users", "get")]
    [InlineData("set", "set")]
    [InlineData("mixed", "get", "set")]
    [InlineData("batch", "batch")]
    [InlineData("large", "get", "set")]
    public async Task Load_scenario_gets_right_answers_only(string scenario, params string[] steps)
    {
        var run = await Generator.RunBriefly(scenario, "--address", running.Address);
        Assert.True(run.ExitCode == 0, run.Transcript);
        Assert.Equal(steps, run.Steps.Select(static step => step.GetProperty("name").GetString()));
        Assert.All(run.Steps, static step =>
        {
            Assert.True(step.GetProperty("count").GetInt64() > 0);
            Assert.Equal(0, step.GetProperty("error_count").GetInt64());
            Assert.NotEmpty(step.GetProperty("timeline").EnumerateArray());
        });
    }

    [Fact]
    public async Task Usage_of_a_service_on_this_machine_is_shown()
    {
        var run = await Generator.RunBriefly("set", "--address", running.Address);
        var usage = run.Scenarios[0].GetProperty("usage");
        Assert.True(usage.GetProperty("rss_mb").GetDouble() > 1, run.Transcript);
        Assert.True(usage.GetProperty("peak_rss_mb").GetDouble() >= usage.GetProperty("rss_mb").GetDouble(), run.Transcript);
    }

    [Fact]
    public async Task Restart_goes_on_through_a_stop_and_a_start()
    {
        var run = await Generator.Run("restart", "--service", ServiceBinary.Path, "--users", "4", "--duration", "6", "--warmup", "0.2");
        Assert.True(run.ExitCode == 0, run.Transcript);
        Assert.Contains("holds  it serves again", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Slow_flash_is_measured_at_each_delay()
    {
        var run = await Generator.RunBriefly("slowflash", "--service", ServiceBinary.Path, "--users", "16", "--rate", "100");
        Assert.True(run.ExitCode == 0, run.Transcript);
        var steps = run.Steps.ToDictionary(static step => step.GetProperty("name").GetString()!);
        Assert.Equal(9, steps.Count);

        // Each flush is delayed, so no write can be faster; that is no matter of the machine.
        Assert.True(steps["200 ms: set alone"].GetProperty("p50_ms").GetDouble() >= 199, run.Transcript);
    }

    [Fact]
    public async Task Limits_are_met_by_the_service_in_confines()
    {
        var run = await Generator.RunBriefly("limits", "--service", ServiceBinary.Path, "--rate", "100");
        Assert.True(run.ExitCode == 0, run.Transcript);
        Assert.Equal(9, run.Steps.Count());
    }

    [Fact]
    public async Task Saves_go_on_beside_the_requests_that_are_judged()
    {
        var run = await Generator.RunBriefly("saves", "--service", ServiceBinary.Path, "--keys", "10000");
        Assert.True(run.ExitCode == 0, run.Transcript);
        Assert.Equal(["get", "set", "batch"], run.Steps.Select(static step => step.GetProperty("name").GetString()));
        Assert.Contains("holds  it was saved meanwhile", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scale_ends_at_the_keys_that_it_is_given()
    {
        var run = await Generator.RunBriefly("scale", "--service", ServiceBinary.Path, "--keys", "1000");
        Assert.True(run.ExitCode == 0, run.Transcript);
        var rows = run.Scenarios[0].GetProperty("table").GetProperty("rows").EnumerateArray().Select(static row => row[1].GetString()).ToArray();
        Assert.Equal(2, rows.Count(static rate => rate != "left out by --keys"));
        Assert.Equal(8, rows.Length);
    }
}
