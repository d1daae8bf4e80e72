using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Clients.Tests.Tls;

/// <summary>Mutual TLS between Orleans clients and the gateway of a service, in both directions of mistrust.</summary>
public sealed class GatewayTlsTests : IDisposable
{
    // So short that the first failure is the last.
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(1);

    // That of the one try, and the start and end of the client.
    private static readonly TimeSpan Bound = ConnectLimit + TimeSpan.FromSeconds(6);

    // Longer than files are not looked at again.
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1.2);

    private readonly ServiceDirectory _directory = new();
    private readonly Authority _authority;
    private readonly Authority _other;
    private readonly TlsOptions _silo;
    private readonly int _port = FreePort.Find();

    public GatewayTlsTests()
    {
        _authority = new Authority(_directory.Path, "authority");
        _other = new Authority(_directory.Path, "other");
        _silo = _authority.Issue("silo");
    }

    public void Dispose()
    {
        _authority.Dispose();
        _other.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Client_of_the_same_authority_is_served()
    {
        await using var service = await Start(_silo);
        await using var client = await Connect(_authority.Issue("client", usage: Usage.Client));
        Assert.True(await client.Numbers.Set("k", 1) > 0);
        Assert.Equal(1, (await client.Numbers.Get("k"))!.Value);
        Assert.Single(service.Output);
    }

    [Fact]
    public async Task Values_of_a_megabyte_and_many_calls_at_once_pass()
    {
        await using var service = await Start(_silo);
        await using var client = await Connect(_authority.Issue("client"));
        await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
        {
            await client.Numbers.Set($"k{i}", i);
            Assert.Equal(i, (await client.Numbers.Get($"k{i}"))!.Value);
        }));
        var text = new string('x', 1_000_000);
        Assert.Null((await client.Texts().Apply(client.Texts().NewBatch().Set("long", text)))[0].Refusal);
        Assert.Equal(text, (await client.Texts().Get("long"))!.Value);
    }

    [Fact]
    public async Task Client_with_a_wrong_certificate_is_refused()
    {
        await using var service = await Start(_silo);
        (TlsOptions Client, string Reason)[] wrong =
        [
            (_other.Issue("stranger") with { AuthorityFile = _authority.File }, "not one of the authority"),
            (_authority.Issue("expired", expired: true), "valid from"),
            (_authority.Issue("elsewhere", name: "elsewhere"), "the name 'edgeorleans'"),
            (_authority.Issue("server", usage: Usage.Server), "extended key usage .* Client"),
            (_authority.Issue("undecided", usage: null), "extended key usage .* Client"),
        ];
        foreach (var (client, reason) in wrong)
        {
            Assert.Contains("its log says so", await Refused(client), StringComparison.Ordinal);
            await service.WaitForLine($"No TLS with 127.0.0.1:.*{reason}", TimeSpan.FromSeconds(5));
        }

        DiscloseNothing(service);
    }

    [Theory]
    [InlineData("of another authority", "authority")]
    [InlineData("expired", "valid from")]
    [InlineData("for another name", "'edgeorleans'")]
    [InlineData("for clients alone", "extended key usage")]
    public async Task Service_with_a_wrong_certificate_is_refused(string what, string reason)
    {
        await using var service = await Start(what switch
        {
            "of another authority" => _other.Issue("imposter") with { AuthorityFile = _authority.File },
            "expired" => _authority.Issue("imposter", expired: true),
            "for another name" => _authority.Issue("imposter", name: "elsewhere"),
            _ => _authority.Issue("imposter", usage: Usage.Client),
        });
        var fault = await Refused(_authority.Issue("client"));
        Assert.Contains(reason, fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_without_TLS_is_refused()
    {
        await using var service = await Start(_silo);
        await Refused(null);
        await service.WaitForLine("No TLS with 127.0.0.1:", TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Client_with_TLS_does_not_speak_plainly_to_a_service_without()
    {
        await using var service = await Start(null);
        await Refused(_authority.Issue("client"));
    }

    [Fact]
    public async Task Connection_that_never_shakes_hands_is_closed()
    {
        await using var service = await Start(_silo);
        using var silent = new TcpClient();
        await silent.ConnectAsync(IPAddress.Loopback, _port, TestContext.Current.CancellationToken);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        Assert.Equal(0, await silent.GetStream().ReadAsync(new byte[1], limit.Token));
        await service.WaitForLine("No TLS with 127.0.0.1:.*more than 5 s", TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Renewed_certificate_is_shown_without_a_restart()
    {
        var expired = _authority.Issue("silo", expired: true);
        await using var service = await Start(expired);
        await Refused(_authority.Issue("client"));

        // The same files.
        _authority.Issue("silo");
        await using var client = await Connect(_authority.Issue("client"));
        await client.Numbers.Set("k", 1);
        await service.WaitForLine("the certificate in .*silo.pem is new", TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Replaced_authority_ends_trust_in_the_old_one_and_open_connections_go_on()
    {
        await using var service = await Start(_silo);
        await using var before = await Connect(_authority.Issue("client"));
        await before.Numbers.Set("k", 1);
        var old = Path.Combine(_directory.Path, "old.pem");
        File.Copy(_authority.File, old);
        File.Copy(_other.File, _authority.File, overwrite: true);
        await Task.Delay(LookEvery, TestContext.Current.CancellationToken);
        await Refused(_authority.Issue("late") with { AuthorityFile = old });
        await service.WaitForLine("No TLS with 127.0.0.1:.*not one of the authority", TimeSpan.FromSeconds(5));
        Assert.Equal(1, (await before.Numbers.Get("k"))!.Value);
    }

    [Fact]
    public async Task Certificate_whose_key_is_yet_to_follow_leaves_the_old_one_in_use_and_that_is_said_once()
    {
        await using var service = await Start(_silo);
        var key = await File.ReadAllTextAsync(_silo.KeyFile, TestContext.Current.CancellationToken);
        _authority.Issue("silo");
        await File.WriteAllTextAsync(_silo.KeyFile, key, TestContext.Current.CancellationToken);
        for (var i = 0; i < 3; i++)
        {
            await Task.Delay(LookEvery, TestContext.Current.CancellationToken);
            await using var client = await Connect(_authority.Issue("client"));
            await client.Numbers.Set("k", 1);
        }

        await service.WaitForLine("TLS goes on with what it had", TimeSpan.FromSeconds(5));
        Assert.Single(service.Output, static line => line.Contains("TLS goes on with what it had", StringComparison.Ordinal));
        DiscloseNothing(service);
    }

    [Fact]
    public async Task Files_that_cannot_be_used_end_the_start_with_a_line_that_names_them()
    {
        var exit = await ServiceProcess.RunToExit(_directory, Setup(_silo with { KeyFile = _authority.Issue("other-key").KeyFile }));
        Assert.Equal(2, exit.Code);
        var line = Assert.Single(exit.Errors);
        Assert.Contains(_silo.CertificateFile, line, StringComparison.Ordinal);
        Assert.Contains("other-key", line, StringComparison.Ordinal);
        Assert.Throws<TlsException>(() => new ConnectionTls(_silo with { CertificateFile = "missing.pem" }));
    }

    private Task<ServiceProcess> Start(TlsOptions? tls) => ServiceProcess.Start(_directory, Setup(tls));

    private ServiceSetup Setup(TlsOptions? tls)
    {
        var setup = new ServiceSetup().With("Gateway:Port", _port.ToString(CultureInfo.InvariantCulture));
        return tls is null ? setup : setup.WithTls(tls);
    }

    private Task<OrleansClient> Connect(TlsOptions? tls) => OrleansClient.Connect(_port, new KeyValueClientOptions { Tls = tls });

    private async Task<string> Refused(TlsOptions? tls)
    {
        while (true)
        {
            var begin = Stopwatch.StartNew();
            var fault = await Assert.ThrowsAsync<ConnectFailedException>(
                () => OrleansClient.Connect(_port, new KeyValueClientOptions { Tls = tls, ConnectLimit = ConnectLimit }));
            Assert.InRange(begin.Elapsed, TimeSpan.Zero, Bound);
            TestContext.Current.TestOutputHelper?.WriteLine(fault.Message);

            // A machine that is busy with other tests may not have come to an answer.
            if (!fault.Message.Contains("timed out", StringComparison.Ordinal))
            {
                return fault.Message;
            }
        }
    }

    private static void DiscloseNothing(ServiceProcess service) =>
        Assert.All(service.Output, static line => Assert.DoesNotContain("PRIVATE KEY", line, StringComparison.Ordinal));
}
