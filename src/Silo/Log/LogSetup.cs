using EdgeOrleans.Silo.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace EdgeOrleans.Silo.Log;

/// <summary>What is logged and how, by the options and by the section <c>Logging</c> of the configuration.</summary>
internal static class LogSetup
{
    /// <summary>One line for each event; the service's own from Information, those of the frameworks from Warning.</summary>
    public static void AddLog(this ILoggingBuilder logging, ServiceOptions options, IConfiguration configuration)
    {
        LineFormat format = options.LogsJson ? JsonLine.Of : PlainLine.Of;
        logging.Services.AddSingleton(
            services => new LineLog(services.GetRequiredService<IOptions<LoggerFilterOptions>>(), format, TimeProvider.System));
        logging.Services.Replace(ServiceDescriptor.Singleton<ILoggerFactory>(static services => services.GetRequiredService<LineLog>()));
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
