namespace EdgeOrleans.Silo.Configuration;

/// <summary>The site's PostgreSQL, and what this service has to do with it.</summary>
internal sealed class SiteOptions
{
    /// <summary>How to reach it. Holds a password: never shown.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>Whether this service reads there what devices mirrored, in place of mirroring its own data.</summary>
    public required bool ServesDevices { get; init; }

    /// <summary>Whether the schema may be made, or brought up to date, without an operator's command.</summary>
    public required bool CreatesSchema { get; init; }

    /// <summary>How long a change may wait before it is mirrored.</summary>
    public required TimeSpan SaveAfter { get; init; }

    /// <summary>The most that is sent there, in bytes of rows a second; 0 for no bound.</summary>
    public required long MaxBytesPerSecond { get; init; }

    /// <summary>For <c>restore</c>: the device whose data is put back; empty when none is named.</summary>
    public required string Device { get; init; }

    /// <summary>Reads the section.</summary>
    /// <returns><see langword="null"/> when there is no site.</returns>
    /// <exception cref="StartFault">An option is out of its bound, or there is no site to serve.</exception>
    public static SiteOptions? Read(IConfiguration configuration)
    {
        var site = new SiteOptions
        {
            ConnectionString = OptionTable.SiteConnectionString.Read(configuration),
            ServesDevices = OptionTable.SiteServesDevices.Read(configuration),
            CreatesSchema = OptionTable.SiteCreatesSchema.Read(configuration),
            SaveAfter = TimeSpan.FromMilliseconds(OptionTable.SiteSaveAfterMs.Read(configuration)),
            MaxBytesPerSecond = OptionTable.SiteMaxBytesPerSecond.Read(configuration),
            Device = OptionTable.SiteDevice.Read(configuration),
        };
        if (site.ConnectionString.Length > 0)
        {
            return site;
        }

        return site.ServesDevices
            ? throw new StartFault(ExitCode.Configuration, $"{OptionTable.SiteServesDevices.Name} is 'true', so {OptionTable.SiteConnectionString.Name} must be set.")
            : null;
    }
}
