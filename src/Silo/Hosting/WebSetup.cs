using EdgeOrleans.Silo.Configuration;

namespace EdgeOrleans.Silo.Hosting;

/// <summary>Kestrel and the log, by the options and by their own sections of the configuration.</summary>
internal static class WebSetup
{
    /// <summary>Configures Kestrel. Certificates and endpoints of its own come from the section <c>Kestrel</c>.</summary>
    public static void AddWeb(this WebApplicationBuilder builder, ServiceOptions options, IConfiguration configuration)
    {
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.UseUrls(options.Listen);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = options.MaxConnections;
            kestrel.Configure(configuration.GetSection("Kestrel"));
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddHostedService<RequestDrain>();
    }

    /// <summary>One line for each event; the service's own from Information, those of the frameworks from Warning.</summary>
    public static void AddLog(this ILoggingBuilder logging, IConfiguration configuration)
    {
        logging.AddSimpleConsole(static console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            console.UseUtcTimestamp = true;
        });
        logging.SetMinimumLevel(LogLevel.Warning);
        logging.AddFilter("EdgeOrleans", LogLevel.Information);

        // Advice for servers (server GC), and at some starts a stall that is a race in the watchdog's own set-up.
        logging.AddFilter("Orleans.Runtime.Silo", LogLevel.Error);
        logging.AddFilter("Orleans.Runtime.Watchdog", LogLevel.Error);
        logging.AddConfiguration(configuration.GetSection("Logging"));
    }
}
