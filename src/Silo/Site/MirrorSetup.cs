using EdgeOrleans.Grains.WriteBehind;
using EdgeOrleans.Silo.Configuration;
using EdgeOrleans.Silo.Database;
using Npgsql;

namespace EdgeOrleans.Silo.Site;

/// <summary>The site as a secondary target beside the SQLite file.</summary>
internal static class MirrorSetup
{
    // Each save is a few round trips in a row; four at once hide the latency of a site that is far away.
    private const int SavesAtOnce = 4;

    /// <summary>Adds the target and what it works with. Nothing of it is connected before the first save.</summary>
    public static void AddMirror(this ISiloBuilder silo, SiteOptions site)
    {
        silo.Services.AddSingleton(_ => SiteDataSource.Make(site.ConnectionString));
        silo.Services.AddSingleton(services => new DeviceIdentity(
            services.GetRequiredService<SqliteRows>(), MachineMarks.Read(), services.GetRequiredService<ILogger<DeviceIdentity>>()));
        silo.Services.AddSingleton(services => new SiteLink(
            services.GetRequiredService<NpgsqlDataSource>(), services.GetRequiredService<DeviceIdentity>(), site.CreatesSchema, TimeProvider.System));
        silo.Services.AddSingleton(services => new MirrorTarget(new WriteBehindTarget(
            "site",
            new SiteRows(
                services.GetRequiredService<SiteLink>(),
                services.GetRequiredService<DeviceIdentity>(),
                new Bandwidth(site.MaxBytesPerSecond, TimeProvider.System)),
            isPrimary: false,
            site.SaveAfter)
        {
            MaxSaves = SavesAtOnce,
        }));
    }
}

/// <summary>The target that is the site.</summary>
internal sealed record MirrorTarget(WriteBehindTarget Target);
