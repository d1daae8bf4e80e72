using System.Net.Http.Headers;
using System.Text.Json;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Telemetry.Tests;

/// <summary>What a real process writes to its log.</summary>
public sealed class LogTests : IDisposable
{
    private const string Token = "hush-hush-hush";
    private const string Secret = "nobody-may-read-this";

    private readonly ServiceDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("plain")]
    [InlineData("json")]
    public async Task Requests_write_no_line(string format)
    {
        await using var service = await ServiceProcess.Start(_directory, new ServiceSetup().With("Log:Format", format));
        await Use(service, 30);
        var exit = await service.Stop();
        Assert.Single(exit.Output);
        Assert.Empty(exit.Errors);
    }

    [Fact]
    public async Task Slow_flush_is_logged_with_its_numbers_and_each_line_is_an_object()
    {
        var setup = new ServiceSetup().With("Log:Format", "json").With("Log:SlowFlushMs", "20").With("Testing:FlushDelayMs", "40");
        await using var service = await ServiceProcess.Start(_directory, setup);
        await Use(service, 5);
        var exit = await service.Stop();
        var lines = exit.Output.Select(static line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal("Information", lines[0].GetProperty("LogLevel").GetString());

        // Of some ten slow flushes one line: the log may be on the card that is slow.
        var slow = Assert.Single(lines, static line => line.GetProperty("Message").GetString()!.StartsWith("Slow flush", StringComparison.Ordinal));
        Assert.Equal("Warning", slow.GetProperty("LogLevel").GetString());
        Assert.Matches(@"^Slow flush: (4\d|[5-9]\d|\d{3,4}) ms for 1 records, 4096 bytes; 0 more ", slow.GetProperty("Message").GetString());
    }

    [Fact]
    public async Task Slow_turn_is_counted_and_logged_with_its_numbers()
    {
        await using var service = await ServiceProcess.Start(_directory, new ServiceSetup().With("Log:SlowTurnMs", "1"));

        // A page of many long keys is put together in one turn.
        for (var batch = 0; batch < 10; batch++)
        {
            var operations = Enumerable.Range(0, 1000).Select(i => $$"""{"collection":"users","key":"{{batch}}-{{i}}-{{new string('k', 400)}}","value":1}""");
            using var body = new StringContent($$"""{"operations":[{{string.Join(',', operations)}}]}""");
            using var answer = await service.Client.PostAsync(new Uri("/api/v1/kv/batch", UriKind.Relative), body, TestContext.Current.CancellationToken);
            answer.EnsureSuccessStatusCode();
        }

        await service.Client.GetStringAsync(new Uri("/api/v1/kv/default/users?limit=10000", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.True((await Scrape.Of(service)).Value("orleans_scheduler_long_running_turns_total") > 0);

        // What names the work would cost the native edition a megabyte.
        if (ServiceBinary.IsGiven)
        {
            await service.WaitForLine(@"Slow turns: [1-9]\d* took longer than 1 ms", TimeSpan.FromSeconds(10));
        }
        else
        {
            var line = await service.WaitForLine(@"collection/default/users.*took elapsed time (?<time>\S+) .*longer than 00:00:00\.001", TimeSpan.FromSeconds(10));
            Assert.DoesNotContain("kkkk", line, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task No_value_and_no_secret_is_in_any_line_at_any_level()
    {
        var setup = new ServiceSetup()
            .With("Http:Token", Token).With("Logging:LogLevel:Default", "Trace").With("Logging:LogLevel:Orleans", "Trace")
            .With("Logging:LogLevel:EdgeOrleans", "Trace").With("Logging:LogLevel:Microsoft", "Trace")
            .With("Log:SlowFlushMs", "1").With("Log:SlowTurnMs", "1").With("WriteBehind:SaveAfterMs", "10");
        await using var service = await ServiceProcess.Start(_directory, setup);
        service.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        await Use(service, 5);
        using var wrong = new HttpRequestMessage(HttpMethod.Get, "/api/v1/kv/default/users/u1");
        wrong.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Secret);
        using var refused = await service.Client.SendAsync(wrong, TestContext.Current.CancellationToken);
        using var malformed = await service.Client.PostAsync(
            new Uri("/api/v1/kv/default/users/u1", UriKind.Relative), new StringContent($$"""{"value":"{{Secret}}" oops"""), TestContext.Current.CancellationToken);
        var exit = await service.Stop();
        Assert.True(exit.Output.Count > 50, "The levels did not reach the loggers.");
        Assert.All(exit.Output.Concat(exit.Errors), static line =>
        {
            Assert.DoesNotContain(Secret, line, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(Token, line, StringComparison.OrdinalIgnoreCase);
        });
    }

    private static async Task Use(ServiceProcess service, int times)
    {
        for (var i = 0; i < times; i++)
        {
            await service.Client.Set("users", $"u{i}", $"\"{Secret}\"");
            Assert.Equal($"\"{Secret}\"", await service.Client.Get("users", $"u{i}"));
            await service.Client.Get("users", "none");
        }
    }
}
