using EdgeOrleans.Silo.Configuration;
using EdgeOrleans.Silo.Doctor;
using EdgeOrleans.Silo.Health;
using EdgeOrleans.Silo.Site;

namespace EdgeOrleans.Silo;

/// <summary>What the binary does beside serving. A verb comes first and reads the options that the service would.</summary>
internal sealed record Verb(string Name, string Meaning, Func<ServiceOptions, Task<ExitCode>> Act)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<Verb> All { get; } =
    [
        new("doctor", "Measures the card and the machine, and says what to expect, what to set, and whether they are fit.", DoctorVerb.Run),
        new("health", "Asks the service that runs with these options for /health/live; ends with 0 when it is alive, else with 1.", HealthVerb.Run),
        new("site-schema", "Makes the schema of the site's database (Site:ConnectionString), or brings it up to date.", SchemaVerb.Run),
        new("restore", "Fills an empty data directory with what a device (Site:Device) mirrored to the site, and takes its place.", RestoreVerb.Run),
        new("overwrite", "Lets a stopped service's data take the place of what the site refuses to have overwritten, which is kept aside there.", OverwriteVerb.Run),
    ];

    /// <summary>The one that the arguments begin with, if they do.</summary>
    public static Verb? In(string[] args) => args is [var first, ..] ? All.FirstOrDefault(verb => verb.Name == first) : null;

    /// <exception cref="StartFault">An option is wrong, or the verb cannot do its work.</exception>
    public Task<ExitCode> Run(string[] args) => Act(ServiceOptions.Read(ConfigurationSources.Read(args[1..])));
}
