using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Site.Tests.Servers;

/// <summary>One site of one test: an empty database, and how services reach it.</summary>
public sealed class SiteDatabase(SiteServer server, string name)
{
    public static async Task<SiteDatabase> Create(SiteServer server) => new(server, await server.CreateDatabase());

    public SiteServer Server => server;

    public string Name => name;

    /// <summary>A device that mirrors here, quickly; through a link when one is given.</summary>
    public ServiceSetup Device(Link? link = null) => new ServiceSetup()
        .With("Site:ConnectionString", server.ConnectionString(name, link?.Port) + ";Timeout=3;Command Timeout=3;Cancellation Timeout=500")
        .With("Site:CreateSchema", "true")
        .With("Site:SaveAfterMs", "200")
        .With("Site:MaxBytesPerSecond", "0");

    /// <summary>A service that reads here.</summary>
    public ServiceSetup Reader() => Device().With("Site:ServeDevices", "true");

    /// <summary>A verb of the binary, for this site.</summary>
    public Task<ServiceExit> Run(ServiceDirectory directory, string verb, ServiceSetup? setup = null) =>
        ServiceProcess.RunToExit(directory, (setup ?? Device()) with { Arguments = [verb] });

    public Task<List<string?>> Query(string sql) => server.Query(name, sql);

    /// <summary>What the view shows of a device: <c>namespace/collection/key=text</c>, in order.</summary>
    public async Task<string[]> EntriesOf(string device) =>
        [.. (await Query($"SELECT namespace || '/' || collection || '/' || key || '=' || text FROM entries WHERE device = '{device}'")).OfType<string>().Order(StringComparer.Ordinal)];
}
