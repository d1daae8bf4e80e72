using EdgeOrleans.Simulation.Running;
using Xunit.Runner.InProc.SystemConsole;

// The tests without arguments; `seeds` plays any number of seeds.
return args is ["seeds", ..] ? SeedCommand.Run(args.AsSpan(1)) : await ConsoleRunner.Run(args);
