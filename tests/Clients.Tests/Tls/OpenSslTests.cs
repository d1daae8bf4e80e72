using System.Globalization;
using System.Text.RegularExpressions;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Clients.Tests.Tls;

/// <summary>The commands of docs/clients.md, run as they stand.</summary>
public sealed partial class OpenSslTests : IDisposable
{
    private readonly ServiceDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Certificates_made_by_the_commands_of_the_documents_are_taken()
    {
        var document = await File.ReadAllTextAsync(Path.Combine(ServiceBinary.RepositoryRoot, "docs/clients.md"), TestContext.Current.CancellationToken);
        var commands = Commands().Match(document);
        Assert.True(commands.Success);
        await using var shell = ServiceProcess.Begin(_directory, new ServiceSetup { Command = ["bash"], Arguments = ["-ec", commands.Groups["text"].Value] });
        var exit = await shell.WaitForExit();
        Assert.True(exit.Code == 0, string.Join('\n', exit.Errors));

        var port = FreePort.Find();
        await using var service = await ServiceProcess.Start(_directory, new ServiceSetup()
            .With("Gateway:Port", port.ToString(CultureInfo.InvariantCulture))
            .With("Cluster:Tls:Certificate", "silo-1.pem")
            .With("Cluster:Tls:Key", "silo-1.key")
            .With("Cluster:Tls:Authority", "authority.pem"));
        await using var client = await OrleansClient.Connect(port, new KeyValueClientOptions
        {
            Tls = new TlsOptions
            {
                CertificateFile = Path.Combine(_directory.Path, "client-1.pem"),
                KeyFile = Path.Combine(_directory.Path, "client-1.key"),
                AuthorityFile = Path.Combine(_directory.Path, "authority.pem"),
                PeerName = "edgeorleans",
            },
        });
        Assert.True(await client.Numbers.Set("k", 1) > 0);
    }

    [GeneratedRegex(@"```sh\n(?<text># The authority.*?)```", RegexOptions.Singleline)]
    private static partial Regex Commands();
}
