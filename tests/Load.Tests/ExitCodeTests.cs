namespace EdgeOrleans.Load.Tests;

/// <summary>What scripts go by.</summary>
public sealed class ExitCodeTests
{
    private const string RightBody = "{\"message\":\"Successfully\",\"value\":\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}";

    [Fact]
    public async Task Right_answers_in_time_end_with_0()
    {
        await using var service = Answering((200, RightBody));
        var run = await Generator.RunBriefly("get", "--address", service.Address);
        Assert.True(run.ExitCode == 0, run.Transcript);
    }

    [Fact]
    public async Task P99_above_its_bound_ends_with_1()
    {
        await using var service = Answering((200, RightBody));
        var run = await Generator.Run("get", "--address", service.Address, "--duration", "0.5", "--warmup", "0", "--p99-ms", "0.001");
        Assert.True(run.ExitCode == 1, run.Transcript);
        Assert.Contains("FAILS  get: p99 of at most 0.001 ms", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, "{\"value\":\"another\"}", "wrong answer")]
    [InlineData(503, "{\"message\":\"full\",\"code\":\"BACKLOG_FULL\"}", "503 BACKLOG_FULL")]
    [InlineData(404, "", "404")]
    public async Task Wrong_answer_ends_with_1_and_is_counted_by_its_kind(int status, string body, string kind)
    {
        await using var service = Answering((status, body));
        var run = await Generator.RunBriefly("get", "--address", service.Address);
        Assert.True(run.ExitCode == 1, run.Transcript);
        var step = Assert.Single(run.Steps);
        Assert.Equal(100, step.GetProperty("errors").GetProperty(kind).GetInt64());
        Assert.Equal(0, step.GetProperty("count").GetInt64());
    }

    [Theory]
    [InlineData("get", "--address", "http://127.0.0.1:1")]
    [InlineData("get", "--address", "ftp://127.0.0.1")]
    [InlineData("get", "--rate", "-1")]
    [InlineData("get", "--service", "/there/is/no/such/file")]
    [InlineData("restart", "--service", "/there/is/no/such/file")]
    [InlineData("restart")]
    [InlineData("no-such-scenario")]
    [InlineData]
    public async Task Nothing_to_measure_ends_with_2_and_a_line_that_says_why(params string[] arguments)
    {
        var run = await Generator.Run(arguments);
        Assert.True(run.ExitCode == 2, run.Transcript);
        Assert.NotEmpty(run.Errors);
        Assert.DoesNotContain("   at ", run.Errors, StringComparison.Ordinal);
    }

    private static FakeService Answering((int Status, string Body) read) =>
        new(line => Task.FromResult(line.StartsWith("POST", StringComparison.Ordinal) ? (201, "{}") : read));
}
