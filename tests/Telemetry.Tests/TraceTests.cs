using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Telemetry.Tests;

/// <summary>Traces as a collector receives them, and the edition that has none.</summary>
public sealed class TraceTests : IDisposable
{
    private readonly ServiceDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Request_its_grain_call_and_its_wait_for_the_flush_are_one_trace_of_the_caller()
    {
        Assert.SkipWhen(ServiceBinary.IsGiven, "The native edition makes no traces.");
        using var receiver = new OtlpReceiver();
        const string Trace = "0af7651916cd43dd8448eb211c80319c";
        const string Caller = "b7ad6b7169203331";
        await using (var service = await ServiceProcess.Start(_directory, new ServiceSetup().With("Traces:Endpoint", receiver.Address.AbsoluteUri)))
        {
            await service.Client.Set("users", "warm", "1");
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/kv/default/users/secret-key") { Content = new StringContent("""{"value":"secret-value"}""") };
            request.Headers.Add("traceparent", $"00-{Trace}-{Caller}-01");
            using var answer = await service.Client.SendAsync(request, TestContext.Current.CancellationToken);
            answer.EnsureSuccessStatusCode();

            // What is left is sent when the service stops.
            await service.Stop();
        }

        var spans = receiver.Spans.Where(static span => span.Trace == Trace).ToArray();
        var root = Assert.Single(spans, static span => span.Parent == Caller);
        Assert.Equal("POST /api/v1/kv/{namespace}/{collection}/{key}", root.Name);
        var wait = Assert.Single(spans, static span => span.Name == "wait for the flush");

        // From the wait up through the call, whose both ends Orleans shows, to the request.
        var path = new List<string>();
        for (var span = wait; span != root; span = Assert.Single(spans, parent => parent.Id == span.Parent))
        {
            path.Add(span.Name);
        }

        Assert.InRange(path.Count, 2, 3);
        Assert.All(path.Skip(1), static name => Assert.Contains("Apply", name, StringComparison.Ordinal));
        Assert.All(receiver.Spans, static span => Assert.DoesNotContain("secret-value", span.Text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Collector_that_is_away_costs_no_request()
    {
        Assert.SkipWhen(ServiceBinary.IsGiven, "The native edition makes no traces.");
        await using var service = await ServiceProcess.Start(
            _directory, new ServiceSetup().With("Traces:Endpoint", $"http://127.0.0.1:{FreePort.Find()}"));
        await service.Client.Set("users", "u1", "1");
        Assert.Equal("1", await service.Client.Get("users", "u1"));
    }

    [Fact]
    public async Task Native_edition_says_that_it_makes_none()
    {
        Assert.SkipUnless(ServiceBinary.IsGiven, "Only the native edition is without.");
        var exit = await ServiceProcess.RunToExit(_directory, new ServiceSetup().With("Traces:Endpoint", "http://collector:4318"));
        Assert.Equal(2, exit.Code);
        Assert.Contains("Traces:Endpoint is 'http://collector:4318', but must be empty: the native edition", Assert.Single(exit.Errors), StringComparison.Ordinal);
    }
}
