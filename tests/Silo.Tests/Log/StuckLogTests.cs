using System.Globalization;
using System.Net;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Silo.Tests.Log;

/// <summary>A real process whose standard output takes nothing: the log is lost, and nothing else.</summary>
public sealed class StuckLogTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly ServiceDirectory _directory = new();
    private readonly Uri _address = new($"http://127.0.0.1:{FreePort.Find().ToString(CultureInfo.InvariantCulture)}");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Writes_are_answered_while_nobody_reads_the_log()
    {
        // Opened for reading too, so that the pipe is there, and fills.
        await using var service = Begin("mkfifo log && exec \"$0\" 1<>log", Chatty());
        using var client = await Client();
        for (var i = 0; i < 500; i++)
        {
            Assert.Equal(HttpStatusCode.Created, await client.Set("c", $"k{i}", "1", TestContext.Current.CancellationToken));
        }

        // More than the pipe holds was written, or nothing would be missing.
        using var log = new StreamReader(Path.Combine(_directory.Path, "log"));
        using var limit = new CancellationTokenSource(Limit);
        string line;
        do
        {
            line = (await log.ReadLineAsync(limit.Token))!;
        }
        while (!line.Contains("lines of the log were lost", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Stop_does_not_wait_for_a_reader_of_the_log()
    {
        await using var service = Begin("mkfifo log && exec \"$0\" 1<>log", Chatty());
        using var client = await Client();
        for (var i = 0; i < 200; i++)
        {
            await client.Set("c", $"k{i}", "1", TestContext.Current.CancellationToken);
        }

        var exit = await service.Stop();
        Assert.Equal(0, exit.Code);
        Assert.InRange(exit.StopTime, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.Empty(exit.Errors);
    }

    [Fact]
    public async Task Writes_are_answered_while_there_is_no_room_for_the_log()
    {
        var slow = new ServiceSetup().With("Log:SlowFlushMs", "1").With("Testing:FlushDelayMs", "5");
        await using var service = Begin("exec \"$0\" >/dev/full", slow);
        using var client = await Client();
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(HttpStatusCode.Created, await client.Set("c", $"k{i}", "1", TestContext.Current.CancellationToken));
        }

        var exit = await service.Stop();
        Assert.Equal(0, exit.Code);
        Assert.Empty(exit.Errors);
    }

    private static ServiceSetup Chatty() => new ServiceSetup()
        .With("Logging:LogLevel:Default", "Trace").With("Logging:LogLevel:Orleans", "Trace")
        .With("Logging:LogLevel:EdgeOrleans", "Trace").With("Logging:LogLevel:Microsoft", "Trace");

    private ServiceProcess Begin(string script, ServiceSetup setup) => ServiceProcess.Begin(
        _directory, setup.With("Http:Listen", _address.OriginalString) with { Command = ["sh", "-c", script, ServiceBinary.Path] });

    /// <summary>A client, when the service serves: its start line cannot be read.</summary>
    private async Task<HttpClient> Client()
    {
        var client = new HttpClient { BaseAddress = _address, Timeout = Limit };
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            try
            {
                await client.Get("c", "none", limit.Token);
                return client;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), limit.Token);
            }
        }
    }
}
