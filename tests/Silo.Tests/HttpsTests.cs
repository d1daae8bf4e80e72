using System.Security.Cryptography.X509Certificates;
using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Silo.Tests;

/// <summary>HTTPS is Kestrel's own: its sections of the configuration say where and with which certificate.</summary>
public sealed class HttpsTests : IDisposable
{
    private readonly ServiceDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Endpoint_with_a_certificate_in_PEM_serves_HTTPS()
    {
        using var certificate = await TestCertificate.Write(_directory.Path, "CN=edgeorleans");
        await using var service = await ServiceProcess.Start(
            _directory,
            new ServiceSetup { LeavesListenOut = true }
                .With("Kestrel:Endpoints:Secure:Url", "https://127.0.0.1:0")
                .With("Kestrel:Endpoints:Secure:Certificate:Path", "certificate.pem")
                .With("Kestrel:Endpoints:Secure:Certificate:KeyPath", "key.pem"));
        Assert.Equal("https", service.Address.Scheme);
        await Serves(service, certificate);
    }

    [Fact]
    public async Task Plain_address_with_the_default_certificate_serves_HTTPS()
    {
        using var certificate = await TestCertificate.Write(_directory.Path, "CN=edgeorleans");
        await using var service = await ServiceProcess.Start(
            _directory,
            new ServiceSetup()
                .With("Http:Listen", "https://127.0.0.1:0")
                .With("Kestrel:Certificates:Default:Path", "certificate.pem")
                .With("Kestrel:Certificates:Default:KeyPath", "key.pem"));
        await Serves(service, certificate);
    }

    [Theory]
    [InlineData("Kestrel:Certificates:Default:Path", "missing.pem")]
    [InlineData("Environment", "without-a-certificate")]
    public async Task HTTPS_without_a_usable_certificate_ends_it_with_2(string option, string value)
    {
        var exit = await ServiceProcess.RunToExit(_directory, new ServiceSetup().With("Http:Listen", "https://127.0.0.1:0").With(option, value));
        Assert.Equal((int)ExitCode.Configuration, exit.Code);
        Assert.Contains(value == "missing.pem" ? value : "certificate", Assert.Single(exit.Errors), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("Kestrel:EndpointDefaults:Protocols", "Http1AndHttp2")]
    [InlineData("Kestrel:Endpoints:Main:Protocols", "Http2")]
    public async Task Protocol_that_is_not_spoken_ends_it_with_2(string option, string value)
    {
        var exit = await ServiceProcess.RunToExit(_directory, new ServiceSetup().With(option, value));
        Assert.Equal((int)ExitCode.Configuration, exit.Code);
        Assert.Contains($"{option} is '{value}'", Assert.Single(exit.Errors), StringComparison.Ordinal);
    }

    private static async Task Serves(ServiceProcess service, X509Certificate2 certificate)
    {
        using var trusting = new HttpClientHandler
        {
            ServerCertificateCustomValidationCallback = (_, shown, _, _) => shown?.Thumbprint == certificate.Thumbprint,
        };
        using var client = new HttpClient(trusting) { BaseAddress = service.Address };
        await client.Set("c", "k", "\"secret\"");
        Assert.Equal("\"secret\"", await client.Get("c", "k"));
    }
}
