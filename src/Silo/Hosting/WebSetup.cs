using System.Text.Encodings.Web;
using System.Text.Json;
using EdgeOrleans.Api;
using EdgeOrleans.Silo.Configuration;
using EdgeOrleans.Silo.Telemetry;

namespace EdgeOrleans.Silo.Hosting;

/// <summary>Kestrel and the log, by the options and by their own sections of the configuration.</summary>
internal static class WebSetup
{
    /// <summary>Adds Kestrel and the gateway. Endpoints and certificates of Kestrel's own come from the section <c>Kestrel</c>.</summary>
    public static void AddWeb(this WebApplicationBuilder builder, ServiceOptions options, IConfiguration configuration)
    {
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.Services.AddEdgeOrleansApi(options.Api);
        builder.Services.AddSingleton<IMetricsText, MetricsText>();
        builder.Services.AddHostedService<ProcessGauges>();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Configure(configuration.GetSection("Kestrel")));
        builder.Services.AddSingleton<ServerOrder>();
        builder.Services.AddHostedService(static services => services.GetRequiredService<ServerOrder>());
    }

    /// <summary>Puts the gateway behind the addresses.</summary>
    public static void UseWeb(this WebApplication app, ServiceOptions options)
    {
        app.UseEdgeOrleansApi();
        if (options.UsesKestrelEndpoints)
        {
            app.Urls.Clear();
        }
    }

    /// <summary>One line for each event; the service's own from Information, those of the frameworks from Warning.</summary>
    public static void AddLog(this ILoggingBuilder logging, ServiceOptions options, IConfiguration configuration)
    {
        const string timestamp = "yyyy-MM-ddTHH:mm:ss.fffZ";
        if (options.LogsJson)
        {
            // For a file or a collector and never part of a page, so only what JSON itself demands is escaped.
            var writer = new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
            logging.AddJsonConsole(console =>
                (console.TimestampFormat, console.UseUtcTimestamp, console.JsonWriterOptions) = (timestamp, true, writer));
        }
        else
        {
            logging.AddSimpleConsole(static console =>
                (console.SingleLine, console.TimestampFormat, console.UseUtcTimestamp) = (true, timestamp + " ", true));
        }

        logging.SetMinimumLevel(LogLevel.Warning);
        logging.AddFilter("EdgeOrleans", LogLevel.Information);

        // A start that fails is told in one line on standard error, not by each framework on its way down.
        logging.AddFilter("Microsoft.Extensions.Hosting", static level => ServiceRun.HasStarted && level >= LogLevel.Warning);
        logging.AddFilter("Orleans", static level => ServiceRun.HasStarted && level >= LogLevel.Warning);

        // Warns at some starts of a stall that is a race in its own set-up.
        logging.AddFilter("Orleans.Runtime.Watchdog", static level => ServiceRun.HasStarted && level >= LogLevel.Error);
        logging.AddConfiguration(configuration.GetSection("Logging"));
    }
}
