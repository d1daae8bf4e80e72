using System.Diagnostics;
using EdgeOrleans.ServiceHarness.Servers;

namespace EdgeOrleans.Site.Tests.Servers;

/// <summary>A PostgreSQL with TLS, whose certificate an authority of its own has issued. Beside it an authority that has not.</summary>
public sealed class TlsServer : IAsyncLifetime
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("edgeorleans-tls-");

    /// <summary>The certificate of the authority.</summary>
    public string Authority => PathOf("authority.pem");

    /// <summary>The certificate of the other.</summary>
    public string Stranger => PathOf("stranger.pem");

    /// <summary>The server.</summary>
    public PostgresServer Postgres { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await Issue("authority", "-subj", "/CN=authority");
        await Issue("stranger", "-subj", "/CN=stranger");
        await Issue("server", "-subj", "/CN=server", "-addext", "subjectAltName=IP:127.0.0.1", "-CA", Authority, "-CAkey", PathOf("authority.key"));
        if (Environment.IsPrivilegedProcess)
        {
            await Run("chown", "-R", "postgres", _directory.FullName);
        }

        Postgres = new PostgresServer { Settings = ["ssl=on", $"ssl_cert_file={PathOf("server.pem")}", $"ssl_key_file={PathOf("server.key")}"] };
        await Postgres.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Postgres.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    /// <summary>How to connect to a database and take no server whose certificate that authority has not issued for this address.</summary>
    public string ConnectionString(string database, string authority) =>
        $"{Postgres.ConnectionString(database)};SSL Mode=VerifyFull;Root Certificate={authority};Timeout=3;Application Name=under-test";

    private string PathOf(string file) => Path.Combine(_directory.FullName, file);

    private Task Issue(string name, params string[] more) => Run(
        "openssl",
        [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc", "-days", "2",
            "-keyout", PathOf($"{name}.key"), "-out", PathOf($"{name}.pem"), .. more,
        ]);

    private static async Task Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, errors);
    }
}
