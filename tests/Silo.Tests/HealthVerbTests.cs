using System.Net;
using System.Net.Sockets;
using System.Text;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Silo.Tests;

/// <summary>'edgeorleans health', which containers ask: 0 or 1, and a line that says why.</summary>
public sealed class HealthVerbTests : IDisposable
{
    private readonly ServiceDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("http://127.0.0.1:PORT")]
    [InlineData("http://localhost:PORT")]
    [InlineData("http://*:PORT")]
    [InlineData("http://0.0.0.0:PORT")]
    [InlineData("http://127.0.0.1:PORT;http://127.0.0.1:0")]
    [InlineData("http://unix:DIRECTORY/service.sock")]
    public async Task Running_service_is_found_by_its_own_options(string listen)
    {
        var setup = new ServiceSetup()
            .With("Http:Listen", listen.Replace("PORT", $"{FreePort.Find()}", StringComparison.Ordinal).Replace("DIRECTORY", _directory.Path, StringComparison.Ordinal))
            .With("Http:Token", "a-token-that-the-verb-need-not-show");
        await using var service = await ServiceProcess.Start(_directory, setup);
        var exit = await Ask(setup);
        Assert.Equal((0, 1, 0), (exit.Code, exit.Output.Count, exit.Errors.Count));
        Assert.EndsWith("HTTP/1.1 200 OK", exit.Output[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task HTTPS_service_is_asked_whatever_its_certificate_says()
    {
        await TestCertificate.Write(_directory.Path, "CN=device-17.example");
        var setup = new ServiceSetup { LeavesListenOut = true }
            .With("Kestrel:Endpoints:Secure:Url", $"https://127.0.0.1:{FreePort.Find()}")
            .With("Kestrel:Endpoints:Secure:Certificate:Path", "certificate.pem")
            .With("Kestrel:Endpoints:Secure:Certificate:KeyPath", "key.pem");
        await using var service = await ServiceProcess.Start(_directory, setup);
        Assert.Equal(0, (await Ask(setup)).Code);
    }

    [Fact]
    public async Task Nobody_there_is_1()
    {
        var exit = await Ask(Listening(FreePort.Find()));
        Assert.Equal(1, exit.Code);
        Assert.Contains("refused", Assert.Single(exit.Errors), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("HTTP/1.1 503 Service Unavailable\r\n\r\n", "503")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", "SSH")]
    [InlineData("", "without an answer")]
    public async Task Any_other_answer_is_1(string answer, string shown)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var asked = Ask(Listening(((IPEndPoint)listener.LocalEndpoint).Port));
        using (var connection = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken))
        {
            var request = new byte[1024];
            var length = await connection.ReceiveAsync(request, TestContext.Current.CancellationToken);
            Assert.StartsWith("GET /health/live HTTP/1.1\r\n", Encoding.ASCII.GetString(request, 0, length), StringComparison.Ordinal);
            await connection.SendAsync(Encoding.ASCII.GetBytes(answer), TestContext.Current.CancellationToken);
        }

        var exit = await asked;
        Assert.Equal(1, exit.Code);
        Assert.Contains(shown, Assert.Single(exit.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Service_that_never_answers_is_1_after_five_seconds()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var exit = await Ask(Listening(((IPEndPoint)listener.LocalEndpoint).Port));
        Assert.Equal(1, exit.Code);
        Assert.Contains("no answer in 5 s", Assert.Single(exit.Errors), StringComparison.Ordinal);
        Assert.InRange(exit.StopTime, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(9));
    }

    [Fact]
    public async Task Port_that_only_the_service_knows_is_1() =>
        Assert.Equal(1, (await Ask(new ServiceSetup())).Code);

    private static ServiceSetup Listening(int port) => new ServiceSetup().With("Http:Listen", $"http://127.0.0.1:{port}");

    private Task<ServiceExit> Ask(ServiceSetup setup) => ServiceProcess.RunToExit(_directory, setup with { Arguments = ["health"] });
}
