using EdgeOrleans.Grains.WriteBehind;
using EdgeOrleans.Silo.Configuration;
using EdgeOrleans.Silo.Database;
using Npgsql;

namespace EdgeOrleans.Silo.Site;

/// <summary>What a service has to do with its site.</summary>
internal static class SiteSetup
{
    // Each save is a few round trips in a row; four at once hide the latency of a site that is far away.
    private const int SavesAtOnce = 4;

    /// <summary>Adds what reads what devices mirrored.</summary>
    public static void AddDeviceReader(this ISiloBuilder silo, SiteOptions site)
    {
        silo.Services.AddSingleton(_ => SiteDataSource.Make(site.ConnectionString));
        silo.Services.AddSingleton<IDeviceReader>(services => new SiteReader(services.GetRequiredService<NpgsqlDataSource>(), site.CreatesSchema));
    }

    /// <summary>Adds the site as a secondary target beside the SQLite file: the target and what it works with. Nothing of it is connected before the first save.</summary>
    public static void AddMirror(this ISiloBuilder silo, SiteOptions site)
    {
        silo.Services.AddSingleton(_ => SiteDataSource.Make(site.ConnectionString));
        silo.Services.AddSingleton(services => new DeviceIdentity(
            services.GetRequiredService<SqliteRows>(), MachineMarks.Read(), services.GetRequiredService<ILogger<DeviceIdentity>>()));
        silo.Services.AddSingleton(services => new SiteLink(
            services.GetRequiredService<NpgsqlDataSource>(), services.GetRequiredService<DeviceIdentity>(), site.CreatesSchema, TimeProvider.System));
        silo.Services.AddSingleton(services => Target(services, site));
    }

    private static MirrorTarget Target(IServiceProvider services, SiteOptions site)
    {
        const string name = "site";
        var rows = new SiteRows(
            services.GetRequiredService<SiteLink>(), services.GetRequiredService<DeviceIdentity>(), new Bandwidth(site.MaxBytesPerSecond, TimeProvider.System));
        return new MirrorTarget(new WriteBehindTarget(name, new MeasuredRows(name, rows), isPrimary: false, site.SaveAfter) { MaxSaves = SavesAtOnce });
    }
}

/// <summary>The target that is the site.</summary>
internal sealed record MirrorTarget(WriteBehindTarget Target);
